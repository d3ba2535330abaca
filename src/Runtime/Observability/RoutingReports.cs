using Microsoft.Extensions.Logging;

namespace MonotonicReads;

/// <summary>Says what happened in all three ways at once: the event, the log record, the metric.</summary>
internal sealed class RoutingReports(ReplicatedDataSource source, ILogger logger, Action<ReadSessionEventArgs> raise)
{
    public void ReplicaLost(ReadSession session, RoutedServer replica, PinLoss loss)
    {
        var reason = Text(loss.Reason);
        RoutingMetrics.CountLoss(replica, reason, session.LossIn(source));
        if (session.LossIn(source) == ReplicaLoss.Fail)
        {
            RoutingLog.ReplicaLost(logger, session.Id, replica.Name, reason, loss.Exception);
        }
        else
        {
            RoutingLog.ReplicaLostToMove(logger, session.Id, replica.Name, reason, session.LossIn(source), loss.Exception);
        }

        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaLost, session.Id, replica.Name, null, reason, loss.Exception));
    }

    public void Moved(ReadSession session, RoutedServer from, RoutedServer to, PinLoss loss) =>
        Moved(session, from, to, Text(loss.Reason), loss.Exception);

    public void MovedToBeCaughtUp(ReadSession session, RoutedServer from, RoutedServer to) =>
        Moved(session, from, to, "not caught up", exception: null);

    private void Moved(ReadSession session, RoutedServer from, RoutedServer to, string reason, Exception? exception)
    {
        RoutingMetrics.CountMove(from, to, reason, session.LossIn(source));
        RoutingActivities.NoteMove(from, to, reason);
        if (to.IsPrimary)
        {
            RoutingMetrics.CountFallback(reason);
        }

        RoutingLog.Moved(logger, session.Id, from.Name, to.Name, reason);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.Moved, session.Id, from.Name, to.Name, reason, exception));
    }

    public void ReplicaUnavailable(ReadSession? session, RoutedServer replica, Exception exception)
    {
        var reason = Text(ReplicaLossReason.OpenFailed);
        RoutingMetrics.CountLoss(replica, reason, session?.LossIn(source));
        RoutingLog.ReplicaUnavailable(logger, session?.Id, replica.Name, exception);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaUnavailable, session?.Id, replica.Name, null, reason, exception));
    }

    public void NoReplicaAvailable(ReadSession? session, RoutedServer primary)
    {
        RoutingMetrics.CountFallback("no replica available");
        RoutingLog.NoReplicaAvailable(logger, session?.Id);
        raise(
            new ReadSessionEventArgs(
                ReadSessionEventKind.NoReplicaAvailable,
                session?.Id,
                null,
                primary.Name,
                "no replica is available",
                null
            )
        );
    }

    public void LateRead(ReadSession ended)
    {
        RoutingLog.LateRead(logger, ended.Id);
        raise(
            new ReadSessionEventArgs(
                ReadSessionEventKind.LateRead,
                ended.Id,
                null,
                null,
                "the read ran after its session was disposed",
                null
            )
        );
    }

    public void ServerRestarted(RoutedServer server) => RoutingLog.ServerRestarted(logger, server.Name);

    public void HealthChanged(ServerState state) =>
        RoutingLog.HealthChanged(logger, state.Name, state.Health, state.IsKeptOut, state.Lag, state.Error);

    public void ReplicasChanged(ReplicaTable table) =>
        RoutingLog.ReplicasChanged(
            logger,
            string.Join(", ", table.AllAvailable.Select(replica => $"{replica.Name} (weight {replica.Weight})"))
        );

    public void ChangeNeedsRestart(string settings) => RoutingLog.ChangeNeedsRestart(logger, settings);

    public void ChangeRefused(string failures) => RoutingLog.ChangeRefused(logger, failures);

    public void TopologyFound(TopologyFinding finding)
    {
        if (finding.Severity == TopologySeverity.Error)
        {
            RoutingLog.TopologyError(logger, finding.Id, finding.Server, finding.Message, finding.Remedy);
        }
        else
        {
            RoutingLog.TopologyWarning(logger, finding.Id, finding.Server, finding.Message, finding.Remedy);
        }
    }

    public void ReadAfterToken(ReadSession session)
    {
        if (session.TryNoteReadAfterToken())
        {
            RoutingLog.ReadAfterToken(logger, session.Id);
        }
    }

    public void MinGtidIgnored(ReadSession session, ReplicationPosition position) =>
        RoutingLog.MinGtidIgnored(logger, session.Id, position.ToString()!);

    private static string Text(ReplicaLossReason reason) =>
        reason switch
        {
            ReplicaLossReason.OpenFailed => "open failed",
            ReplicaLossReason.ConnectionBroken => "connection broken",
            ReplicaLossReason.Removed => "removed",
            ReplicaLossReason.Silent => "silent",
            ReplicaLossReason.TooFarBehind => "too far behind",
            _ => "restarted",
        };
}
