using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>How a pinned replica was lost.</summary>
internal sealed record PinLoss(RoutedServer Server, ReplicaLossReason Reason, Exception? Exception)
{
    public string Replica => Server.Name;

    /// <summary>The reason as events, log records and metrics have it.</summary>
    public string Why => Text(Reason);

    public static string Text(ReplicaLossReason reason) =>
        reason switch
        {
            ReplicaLossReason.OpenFailed => "open failed",
            ReplicaLossReason.ConnectionBroken => "connection broken",
            ReplicaLossReason.Removed => "removed",
            ReplicaLossReason.Silent => "silent",
            ReplicaLossReason.TooFarBehind => "too far behind",
            ReplicaLossReason.TooStale => "too stale",
            _ => "restarted",
        };
}
