using Microsoft.Extensions.Logging;

namespace MonotonicReads.Observability;

/// <summary>Says what happened in all three ways at once: the event, the log record, the metric.</summary>
internal sealed class RoutingReports(ILogger logger, Action<ReadSessionEventArgs> raise)
{
    public void ReplicaLost(Guid session, string replica, string reason, ReplicaLoss policy, Exception? exception)
    {
        RoutingMetrics.CountLoss(replica, reason, policy);
        if (policy == ReplicaLoss.Fail)
        {
            RoutingLog.ReplicaLost(logger, session, replica, reason, exception);
        }
        else
        {
            RoutingLog.ReplicaLostToMove(logger, session, replica, reason, policy, exception);
        }

        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaLost, session, replica, null, reason, exception));
    }

    /// <summary>The session reads on another server from now on.</summary>
    /// <param name="session">Its UUID.</param>
    /// <param name="from">The server that it leaves.</param>
    /// <param name="to">The server that it goes to.</param>
    /// <param name="isToPrimary">Whether that is the primary.</param>
    /// <param name="reason">Why.</param>
    /// <param name="policy">By which policy.</param>
    /// <param name="exception">What told; null for nothing.</param>
    public void Moved(Guid session, string from, string to, bool isToPrimary, string reason, ReplicaLoss policy, Exception? exception)
    {
        RoutingMetrics.CountMove(from, to, reason, policy);
        RoutingActivities.NoteMove(from, to, reason);
        if (isToPrimary)
        {
            RoutingMetrics.CountFallback(reason);
        }

        RoutingLog.Moved(logger, session, from, to, reason);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.Moved, session, from, to, reason, exception));
    }

    public void ReplicaUnavailable(Guid? session, string replica, string reason, ReplicaLoss? policy, Exception exception)
    {
        RoutingMetrics.CountLoss(replica, reason, policy);
        RoutingLog.ReplicaUnavailable(logger, session, replica, exception);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaUnavailable, session, replica, null, reason, exception));
    }

    public void NoReplicaAvailable(Guid? session, string primary)
    {
        RoutingMetrics.CountFallback("no replica available");
        RoutingLog.NoReplicaAvailable(logger, session);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.NoReplicaAvailable, session, null, primary, "no replica is available", null));
    }

    public void LateRead(Guid ended)
    {
        RoutingLog.LateRead(logger, ended);
        raise(
            new ReadSessionEventArgs(ReadSessionEventKind.LateRead, ended, null, null, "the read ran after its session was disposed", null)
        );
    }

    /// <summary>A statement that neither writes nor is proven to be a plain read took its connection to the primary.</summary>
    public void MovedByStatement(Guid? session, string replica, string primary, string reason)
    {
        RoutingMetrics.CountFallback("statement not proven");
        RoutingLog.MovedByStatement(logger, session, replica, reason);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.MovedByStatement, session, replica, primary, reason, exception: null));
    }

    public void HandlerThrew(Exception exception) => RoutingLog.HandlerThrew(logger, exception);

    public void ServerRestarted(string server) => RoutingLog.ServerRestarted(logger, server);

    /// <summary>A replica holds what the primary lacks, or does not any more.</summary>
    public void Diverged(string replica, bool isDiverged)
    {
        if (!isDiverged)
        {
            RoutingLog.NotDiverged(logger, replica);
            return;
        }

        RoutingLog.Diverged(logger, replica);
        raise(
            new ReadSessionEventArgs(
                ReadSessionEventKind.ReplicaDiverged,
                sessionId: null,
                replica,
                null,
                "it holds what the primary lacks",
                exception: null
            )
        );
    }

    public void HealthChanged(string server, Enum health, bool isKeptOut, TimeSpan? lag, string? error) =>
        RoutingLog.HealthChanged(logger, server, health, isKeptOut, lag, error);

    public void ReplicasChanged(string replicas) => RoutingLog.ReplicasChanged(logger, replicas);

    public void ChangeNeedsRestart(string settings) => RoutingLog.ChangeNeedsRestart(logger, settings);

    public void ChangeRefused(string failures) => RoutingLog.ChangeRefused(logger, failures);

    public void TopologyFound(bool isError, string id, string server, string problem, string remedy)
    {
        if (isError)
        {
            RoutingLog.TopologyError(logger, id, server, problem, remedy);
        }
        else
        {
            RoutingLog.TopologyWarning(logger, id, server, problem, remedy);
        }
    }

    public void OptionsDiffer(string replica, string differences) => RoutingLog.OptionsDiffer(logger, replica, differences);

    /// <summary>Callbacks of the driver's builder cannot be put in order with ours.</summary>
    public void CallbacksMayMeet() => RoutingLog.CallbacksMayMeet(logger);

    public void LateUse(Guid session) => RoutingLog.LateUse(logger, session);

    public void ForeignPosition(string name, string source) => RoutingLog.ForeignPosition(logger, name, source);

    /// <summary>What a proxy cannot keep, in words.</summary>
    public void ProxyLimits(string limits) => RoutingLog.ProxyLimits(logger, limits);

    /// <summary>A program's own hint to the proxy was taken out.</summary>
    public void HintTakenOut() => RoutingLog.HintTakenOut(logger);

    public void MinGtidIgnored(Guid session, string position) => RoutingLog.MinGtidIgnored(logger, session, position);
}
