namespace MonotonicReads;

/// <summary>
/// The names under which the runtime measures and traces, for <c>AddMeter</c> and <c>AddSource</c> of OpenTelemetry.
/// </summary>
/// <remarks>Names, and no <c>AddMonotonicReads()</c>: its package would bring System.Diagnostics.DiagnosticSource 10 to every program on
/// .NET 8 and 9, whether it uses OpenTelemetry or not.</remarks>
public static class MonotonicReadsTelemetry
{
    /// <summary>The meter: <c>metrics.AddMeter(MonotonicReadsTelemetry.MeterName)</c>.</summary>
    public const string MeterName = "MonotonicReads";

    /// <summary>The activity source: <c>tracing.AddSource(MonotonicReadsTelemetry.ActivitySourceName)</c>.</summary>
    public const string ActivitySourceName = "MonotonicReads";
}
