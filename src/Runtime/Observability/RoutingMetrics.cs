using System.Diagnostics.Metrics;

namespace MonotonicReads.Observability;

/// <summary>
/// The meter "MonotonicReads". Tags carry servers, levels, reasons and policies, never a session: each would be a time
/// series of its own.
/// </summary>
internal static class RoutingMetrics
{
    private static readonly Meter Meter = new("MonotonicReads");

    private static readonly Counter<long> Reads = Meter.CreateCounter<long>(
        "monotonic_reads.reads",
        "{read}",
        "Statements that return data, by server and by the session's level."
    );

    private static readonly Histogram<int> SessionReads = Meter.CreateHistogram<int>(
        "monotonic_reads.session.reads",
        "{read}",
        "Statements that return data in one session, by its level."
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

    private static readonly Histogram<double> Waits = Meter.CreateHistogram<double>(
        "monotonic_reads.wait.duration",
        "s",
        "Time that reads waited until a server had what they must contain."
    );

    public static void CountMove(string from, string to, string reason, ReplicaLoss policy)
    {
        if (Moves.Enabled)
        {
            Add(
                Moves,
                [
                    new("monotonic_reads.from", from),
                    new("monotonic_reads.to", to),
                    new("monotonic_reads.reason", reason),
                    new("monotonic_reads.policy", Text(policy)),
                ]
            );
        }
    }

    public static void RecordWait(string server, TimeSpan waited)
    {
        if (Waits.Enabled)
        {
            Record(Waits, waited.TotalSeconds, new KeyValuePair<string, object?>("monotonic_reads.server", server));
        }
    }

    public static void CountRead(string server, bool isPrimary, ReadConsistency? level)
    {
        if (Reads.Enabled)
        {
            Add(
                Reads,
                [
                    new("monotonic_reads.server", server),
                    new("monotonic_reads.role", isPrimary ? "primary" : "replica"),
                    new("monotonic_reads.level", Text(level)),
                ]
            );
        }
    }

    public static void RecordSession(ReadConsistency level, int reads)
    {
        if (SessionReads.Enabled)
        {
            Record(SessionReads, reads, new KeyValuePair<string, object?>("monotonic_reads.level", Text(level)));
        }
    }

    public static void CountFallback(string reason)
    {
        if (Fallbacks.Enabled)
        {
            Add(Fallbacks, [new KeyValuePair<string, object?>("monotonic_reads.reason", reason)]);
        }
    }

    public static void CountLoss(string replica, string reason, ReplicaLoss? policy)
    {
        if (Losses.Enabled)
        {
            Add(
                Losses,
                [
                    new("monotonic_reads.replica", replica),
                    new("monotonic_reads.reason", reason),
                    new("monotonic_reads.policy", Text(policy)),
                ]
            );
        }
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

    private static void Record<T>(Histogram<T> histogram, T value, KeyValuePair<string, object?> tag)
        where T : struct
    {
        try
        {
            histogram.Record(value, tag);
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
            _ => "primary",
        };
}
