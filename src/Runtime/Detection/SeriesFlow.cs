using System.Diagnostics;

namespace MonotonicReads.Detection;

/// <summary>
/// What reads belong to where neither code nor an activity says it: the asynchronous method in which a connection was created, and what it
/// calls from then on. What an asynchronous method sets is gone when it returns, so that its caller's later reads are not seen with it; but
/// the connection keeps its flow, wherever it goes.
/// </summary>
internal static class SeriesFlow
{
    private const string WebRequest = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private static readonly AsyncLocal<object?> Ambient = new();

    /// <summary>The running flow; begins one where there is none and nothing better.</summary>
    public static object Enter() =>
        Ambient.Value ?? (SeriesUnit.Current is null && RootActivity() is null ? Ambient.Value = new object() : new object());

    /// <summary>What the reads of now belong to.</summary>
    /// <param name="flowOfConnection">The flow in which the connection was created.</param>
    public static object UnitNow(object flowOfConnection) => SeriesUnit.Current ?? RootActivity() ?? Ambient.Value ?? flowOfConnection;

    public static SeriesUnitKind KindOf(object unit) =>
        unit switch
        {
            SeriesUnit begun => begun.Kind,
            Activity { OperationName: WebRequest } => SeriesUnitKind.Request,
            Activity => SeriesUnitKind.Activity,
            _ => SeriesUnitKind.Flow,
        };

    /// <summary>The outermost activity of this process that is no call of something else: what traces each statement makes a root of its
    /// own where nothing else runs.</summary>
    private static Activity? RootActivity()
    {
        Activity? root = null;
        for (var activity = Activity.Current; activity is not null; activity = activity.Parent)
        {
            root = activity.Kind == ActivityKind.Client ? root : activity;
        }

        return root;
    }
}
