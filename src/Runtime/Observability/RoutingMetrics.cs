using System.Diagnostics.Metrics;

namespace MonotonicReads.Observability;

/// <summary>
/// The meter "MonotonicReads". Tags carry data sources, servers, levels, reasons and policies, never a session: each would be a time
/// series of its own.
/// </summary>
internal static class RoutingMetrics
{
    private const string DataSource = "monotonic_reads.data_source";

    private static readonly Meter Meter = new(MonotonicReadsTelemetry.MeterName);

    private static readonly Counter<long> Reads = Meter.CreateCounter<long>(
        "monotonic_reads.reads",
        "{read}",
        "Statements that return data, by server and by the session's level."
    );

    // A page of a list that asks for each of its rows is found here: the last bucket is no room for it.
    private static readonly Histogram<int> SessionReads = Histogram(
        "monotonic_reads.session.reads",
        "{read}",
        "Statements that return data in one session, by its level.",
        [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
    );

    private static readonly Counter<long> Fallbacks = Meter.CreateCounter<long>(
        "monotonic_reads.primary_fallbacks",
        "{fallback}",
        "Reads and sessions that the primary took because no replica could, by reason."
    );

    private static readonly Counter<long> Losses = Meter.CreateCounter<long>(
        "monotonic_reads.replica_losses",
        "{loss}",
        "Sessions whose replica was lost or refused to open, by replica, reason and policy."
    );

    private static readonly Counter<long> Moves = Meter.CreateCounter<long>(
        "monotonic_reads.session_moves",
        "{move}",
        "Sessions that went on on another server, by server, reason and policy."
    );

    private static readonly Counter<long> Series = Meter.CreateCounter<long>(
        "monotonic_reads.series",
        "{unit}",
        "Units of work whose reads no session held together, by what is wrong and by whether they reached several servers."
    );

    private static readonly Counter<long> Restarts = Meter.CreateCounter<long>(
        "monotonic_reads.series_restarts",
        "{restart}",
        "Series of reads that ran again in a new session, by the replica that was lost and the reason."
    );

    // A wait is a fraction of a millisecond where nothing is waited for, and at most the session's budget, 500 ms by default.
    private static readonly Histogram<double> Waits = Histogram(
        "monotonic_reads.wait.duration",
        "s",
        "Time that reads waited until a server had what they must contain.",
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5, 10]
    );

    private static readonly ServerGauges Gauges = new(Meter);

    /// <inheritdoc cref="ServerGauges.Observe"/>
    public static IDisposable Observe(Func<IEnumerable<ServerReading>> read) => Gauges.Observe(read);

    public static void CountMove(string source, string from, string to, string reason, ReplicaLoss policy)
    {
        if (Moves.Enabled)
        {
            Add(
                Moves,
                [
                    new(DataSource, source),
                    new("monotonic_reads.from", from),
                    new("monotonic_reads.to", to),
                    new("monotonic_reads.reason", reason),
                    new("monotonic_reads.policy", Text(policy)),
                ]
            );
        }
    }

    public static void CountRestart(string source, string replica, string reason)
    {
        if (Restarts.Enabled)
        {
            Add(Restarts, [new(DataSource, source), new("monotonic_reads.replica", replica), new("monotonic_reads.reason", reason)]);
        }
    }

    public static void RecordWait(string source, string server, TimeSpan waited)
    {
        if (Waits.Enabled)
        {
            Record(Waits, waited.TotalSeconds, [new(DataSource, source), new("monotonic_reads.server", server)]);
        }
    }

    public static void CountRead(string source, string server, bool isPrimary, ReadConsistency? level)
    {
        if (Reads.Enabled)
        {
            Add(
                Reads,
                [
                    new(DataSource, source),
                    new("monotonic_reads.server", server),
                    new("monotonic_reads.role", isPrimary ? "primary" : "replica"),
                    new("monotonic_reads.level", Text(level)),
                ]
            );
        }
    }

    public static void RecordSession(string source, ReadConsistency level, int reads)
    {
        if (SessionReads.Enabled)
        {
            Record(SessionReads, reads, [new(DataSource, source), new("monotonic_reads.level", Text(level))]);
        }
    }

    public static void CountFallback(string source, string reason)
    {
        if (Fallbacks.Enabled)
        {
            Add(Fallbacks, [new(DataSource, source), new("monotonic_reads.reason", reason)]);
        }
    }

    public static void CountSeries(string source, string kind, bool isSpread)
    {
        if (Series.Enabled)
        {
            Add(
                Series,
                [new(DataSource, source), new("monotonic_reads.kind", kind), new("monotonic_reads.servers", isSpread ? "several" : "one")]
            );
        }
    }

    public static void CountLoss(string source, string replica, string reason, ReplicaLoss? policy)
    {
        if (Losses.Enabled)
        {
            Add(
                Losses,
                [
                    new(DataSource, source),
                    new("monotonic_reads.replica", replica),
                    new("monotonic_reads.reason", reason),
                    new("monotonic_reads.policy", Text(policy)),
                ]
            );
        }
    }

    private static Histogram<T> Histogram<T>(string name, string unit, string description, T[] buckets)
        where T : struct
    {
#if NET9_0_OR_GREATER
        return Meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<T> { HistogramBucketBoundaries = buckets });
#else
        // .NET 8 takes none: docs/observability.md has them for the views of whoever collects.
        _ = buckets;
        return Meter.CreateHistogram<T>(name, unit, description);
#endif
    }

    // A listener that throws must not break what it counts.
    private static void Add(Counter<long> counter, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(1, tags);
        }
        catch (Exception exception)
        {
            QuietLogger.Threw("A metrics listener", exception);
        }
    }

    private static void Record<T>(Histogram<T> histogram, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception exception)
        {
            QuietLogger.Threw("A metrics listener", exception);
        }
    }

    public static string Text(ReadConsistency? level) =>
        level switch
        {
            null => "none",
            ReadConsistency.Primary => "primary",
            ReadConsistency.Global => "global",
            ReadConsistency.Causal => "causal",
            ReadConsistency.Snapshot => "snapshot",
            _ => "monotonic",
        };

    private static string Text(ReplicaLoss? policy) =>
        policy switch
        {
            null => "none",
            ReplicaLoss.Fail => "fail",
            ReplicaLoss.CaughtUp => "caught up",
            ReplicaLoss.Redraw => "redraw",
            ReplicaLoss.Restart => "restart",
            _ => "primary",
        };
}
