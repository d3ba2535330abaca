using System.Diagnostics.Metrics;

namespace MonotonicReads;

/// <summary>
/// The meter "MonotonicReads". Tags carry servers, levels, reasons and policies, never a session: each would be a time
/// series of its own.
/// </summary>
internal static class RoutingMetrics
{
    private static readonly Meter Meter = new("MonotonicReads");

    private static readonly Counter<long> Reads = Meter.CreateCounter<long>(
        "monotonic_reads.reads", "{read}", "Statements that return data, by server and by the session's level.");

    private static readonly Counter<long> Losses = Meter.CreateCounter<long>(
        "monotonic_reads.replica_losses", "{loss}", "Sessions whose replica was lost or refused to open, by replica, reason and policy.");

    public static void CountRead(RoutedServer server, ReadSession? session)
    {
        if (Reads.Enabled)
        {
            Reads.Add(1, new("server", server.Name), new("level", Level(session)));
        }
    }

    public static void CountLoss(RoutedServer replica, string reason, ReadSession? session)
    {
        if (Losses.Enabled)
        {
            Losses.Add(1, new("replica", replica.Name), new("reason", reason), new("policy", Policy(session)));
        }
    }

    private static string Level(ReadSession? session) => session?.Consistency switch
    {
        null => "none",
        ReadConsistency.Primary => "primary",
        _ => "monotonic",
    };

    private static string Policy(ReadSession? session) => session?.OnReplicaLoss switch
    {
        null => "none",
        ReplicaLoss.Fail => "fail",
        _ => "primary",
    };
}
