using Microsoft.Extensions.Logging;

namespace MonotonicReads;

/// <summary>Says what happened in all three ways at once: the event, the log record, the metric.</summary>
internal sealed class RoutingReports(ILogger logger, Action<ReadSessionEventArgs> raise)
{
    public void ReplicaLost(ReadSession session, RoutedServer replica, PinLoss loss)
    {
        var reason = Text(loss.Reason);
        RoutingMetrics.CountLoss(replica, reason, session);
        RoutingLog.ReplicaLost(logger, session.Id, replica.Name, reason, loss.Exception);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaLost, session.Id, replica.Name, null, reason, loss.Exception));
    }

    public void ReplicaUnavailable(ReadSession? session, RoutedServer replica, Exception exception)
    {
        var reason = Text(ReplicaLossReason.OpenFailed);
        RoutingMetrics.CountLoss(replica, reason, session);
        RoutingLog.ReplicaUnavailable(logger, session?.Id, replica.Name, exception);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaUnavailable, session?.Id, replica.Name, null, reason, exception));
    }

    public void NoReplicaAvailable(ReadSession? session, RoutedServer primary)
    {
        RoutingLog.NoReplicaAvailable(logger, session?.Id);
        raise(new ReadSessionEventArgs(
            ReadSessionEventKind.NoReplicaAvailable, session?.Id, null, primary.Name, "no replica is available", null));
    }

    public void LateRead(ReadSession ended)
    {
        RoutingLog.LateRead(logger, ended.Id);
        raise(new ReadSessionEventArgs(
            ReadSessionEventKind.LateRead, ended.Id, null, null, "the read ran after its session was disposed", null));
    }

    public void ReplicaRestarted(RoutedServer replica) => RoutingLog.ReplicaRestarted(logger, replica.Name);

    private static string Text(ReplicaLossReason reason) => reason switch
    {
        ReplicaLossReason.OpenFailed => "open failed",
        ReplicaLossReason.ConnectionBroken => "connection broken",
        _ => "restarted",
    };
}
