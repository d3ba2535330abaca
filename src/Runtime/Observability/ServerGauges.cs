using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MonotonicReads.Observability;

/// <summary>
/// The gauges of servers. One instrument each for the whole process, since a meter cannot give one up: it asks the data sources that
/// are there at that moment.
/// </summary>
internal sealed class ServerGauges
{
    // An instrument of each data source would outlive it, and nobody could tell two of one name apart.
    private readonly ConcurrentDictionary<object, Func<IEnumerable<ServerReading>>> _sources = new();

    /// <param name="meter">Gets the instruments.</param>
    public ServerGauges(Meter meter)
    {
        meter.CreateObservableGauge(
            "monotonic_reads.server.up",
            () => Measure<int>(static one => one.IsUp is { } isUp ? (isUp ? 1 : 0) : null, Math.Min),
            "{server}",
            "Whether the server answered the last looks of the monitor: 1 or 0."
        );
        meter.CreateObservableGauge(
            "monotonic_reads.server.lag",
            () => Measure<double>(static one => one.Lag?.TotalSeconds, Math.Max),
            "s",
            "How far the replica is behind; nothing where that is not known, as while it does not replicate."
        );
        meter.CreateObservableGauge(
            "monotonic_reads.server.replicating",
            () => Measure<int>(static one => one.Replicates is { } replicates ? (replicates ? 1 : 0) : null, Math.Min),
            "{server}",
            "Whether the replica receives and applies what is written: 1 or 0; nothing where that is not known."
        );
    }

    /// <summary>Says of servers what is known of them, whenever somebody asks.</summary>
    /// <param name="read">Of one data source, at that moment.</param>
    /// <returns>Disposing it ends that.</returns>
    public IDisposable Observe(Func<IEnumerable<ServerReading>> read)
    {
        var observed = new Observed(this);
        _sources[observed] = read;
        return observed;
    }

    // Data sources of one name that have servers of one name are one series: the worse of them is told.
    private IEnumerable<Measurement<T>> Measure<T>(Func<ServerReading, T?> value, Func<T, T, T> worse)
        where T : struct
    {
        var series = new Dictionary<(string Source, string Server, bool IsPrimary), T>();
        foreach (var reading in _sources.Values.SelectMany(static read => read()))
        {
            if (value(reading) is { } own)
            {
                var key = (reading.Source, reading.Server, reading.IsPrimary);
                series[key] = series.TryGetValue(key, out var other) ? worse(own, other) : own;
            }
        }

        return series.Select(static one => new Measurement<T>(
            one.Value,
            new("monotonic_reads.data_source", one.Key.Source),
            new("monotonic_reads.server", one.Key.Server),
            new("monotonic_reads.role", one.Key.IsPrimary ? "primary" : "replica")
        ));
    }

    private sealed class Observed(ServerGauges gauges) : IDisposable
    {
        public void Dispose() => gauges._sources.TryRemove(this, out _);
    }
}
