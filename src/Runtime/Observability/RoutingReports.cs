using System.Globalization;
using Microsoft.Extensions.Logging;

namespace MonotonicReads.Observability;

/// <summary>Says what happened in all three ways at once: the event, the log record, the metric.</summary>
/// <param name="logger">Gets the records.</param>
/// <param name="raise">Raises the event.</param>
/// <param name="source">The data source's name.</param>
/// <param name="time">The clock.</param>
internal sealed class RoutingReports(ILogger logger, Action<ReadSessionEventArgs> raise, string source, TimeProvider time) : IDisposable
{
    private readonly LogThrottle _throttle = new(logger, time);

    /// <summary>Says what was held back.</summary>
    public void Dispose() => _throttle.Dispose();

    public void ReplicaLost(Guid session, string replica, string reason, ReplicaLoss policy, Exception? exception)
    {
        RoutingMetrics.CountLoss(source, replica, reason, policy);
        if (_throttle.Lets(nameof(ReplicaLost), replica, reason, policy == ReplicaLoss.Fail ? LogLevel.Error : LogLevel.Warning))
        {
            if (policy == ReplicaLoss.Fail)
            {
                RoutingLog.ReplicaLost(logger, session, replica, reason, exception);
            }
            else
            {
                RoutingLog.ReplicaLostToMove(logger, session, replica, reason, policy, exception);
            }
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
        RoutingMetrics.CountMove(source, from, to, reason, policy);
        RoutingActivities.NoteMove(source, from, to, reason);
        if (isToPrimary)
        {
            RoutingMetrics.CountFallback(source, reason);
        }

        if (_throttle.Lets(nameof(Moved), from, reason))
        {
            RoutingLog.Moved(logger, session, from, to, reason);
        }

        raise(new ReadSessionEventArgs(ReadSessionEventKind.Moved, session, from, to, reason, exception));
    }

    /// <summary>What a session read is read again in a new one, because it lost its replica.</summary>
    /// <param name="lost">The session's UUID.</param>
    /// <param name="next">The new one's.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="reason">How it was lost.</param>
    /// <param name="number">The how many-th time that is.</param>
    /// <param name="exception">What told; null for nothing.</param>
    public void Restarted(Guid lost, Guid next, string replica, string reason, int number, Exception? exception)
    {
        RoutingMetrics.CountRestart(source, replica, reason);
        RoutingActivities.NoteRestart(source, replica, reason);
        if (_throttle.Lets(nameof(Restarted), replica, reason))
        {
            RoutingLog.Restarted(logger, lost, replica, reason, next, number);
        }

        raise(new ReadSessionEventArgs(ReadSessionEventKind.Restarted, lost, replica, null, reason, exception));
    }

    public void ReplicaUnavailable(Guid? session, string replica, string reason, ReplicaLoss? policy, Exception exception)
    {
        RoutingMetrics.CountLoss(source, replica, reason, policy);
        if (_throttle.Lets(nameof(ReplicaUnavailable), replica, reason))
        {
            RoutingLog.ReplicaUnavailable(logger, session, replica, exception);
        }

        raise(new ReadSessionEventArgs(ReadSessionEventKind.ReplicaUnavailable, session, replica, null, reason, exception));
    }

    public void NoReplicaAvailable(Guid? session, string primary)
    {
        RoutingMetrics.CountFallback(source, "no replica available");
        if (_throttle.Lets(nameof(NoReplicaAvailable), primary, "no replica available"))
        {
            RoutingLog.NoReplicaAvailable(logger, session);
        }

        raise(new ReadSessionEventArgs(ReadSessionEventKind.NoReplicaAvailable, session, null, primary, "no replica is available", null));
    }

    /// <summary>No replica is known to be as fresh as a session asks for that has read nothing yet.</summary>
    public void NoReplicaFresh(Guid session, string primary, TimeSpan bound)
    {
        const string Reason = "no replica fresh enough";
        RoutingMetrics.CountFallback(source, Reason);
        if (_throttle.Lets(nameof(NoReplicaFresh), primary, Reason))
        {
            RoutingLog.NoReplicaFresh(logger, session, bound.TotalMilliseconds);
        }

        raise(
            new ReadSessionEventArgs(
                ReadSessionEventKind.NoReplicaAvailable,
                session,
                null,
                primary,
                "no replica is known to be fresh enough",
                exception: null
            )
        );
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
        RoutingMetrics.CountFallback(source, "statement not proven");
        RoutingActivities.NoteMove(source, replica, primary, "statement not proven");
        RoutingLog.MovedByStatement(logger, session, replica, reason);
        raise(new ReadSessionEventArgs(ReadSessionEventKind.MovedByStatement, session, replica, primary, reason, exception: null));
    }

    /// <summary>Reads of one unit of work that no session held together.</summary>
    /// <param name="series">What was found.</param>
    /// <param name="isNew">Whether the places that formed it were not told before.</param>
    /// <param name="methods">The places, for people.</param>
    /// <param name="raiseSeries">Raises its event.</param>
    public void SeriesFound(ReadSeriesEventArgs series, bool isNew, string methods, Action<ReadSeriesEventArgs> raiseSeries)
    {
        var isAfterWrite = series.Kind == ReadSeriesKind.ReadAfterWrite;
        RoutingMetrics.CountSeries(source, isAfterWrite ? "read after write" : "several servers", series.Servers.Count > 1);
        if (isNew)
        {
            var servers = string.Join(", ", series.Servers);
            if (isAfterWrite)
            {
                RoutingLog.ReadAfterWriteFound(logger, series.Unit, series.Statements, servers, methods);
            }
            else
            {
                RoutingLog.SeriesFound(logger, series.Unit, series.Statements, servers, methods);
            }
        }

        raiseSeries(series);
    }

    public void SeriesFileRefused(string file, Exception exception) => RoutingLog.SeriesFileRefused(logger, file, exception);

    public void SeriesDetectorFailed(Exception exception) => RoutingLog.SeriesDetectorFailed(logger, exception);

    public void SeriesBookFull() => RoutingLog.SeriesBookFull(logger);

    public void SeriesHandlerThrew(Exception exception) => RoutingLog.SeriesHandlerThrew(logger, exception);

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

    /// <summary>A server answers or does not any more, is kept out of new draws or is not any more.</summary>
    /// <param name="server">The server.</param>
    /// <param name="isWorse">Whether it serves less than before; what is met for the first time and is well is not worse.</param>
    /// <param name="health">Whether it answers.</param>
    /// <param name="isKeptOut">Whether it is kept out of new draws.</param>
    /// <param name="lag">How far behind it is; null where nobody knows.</param>
    /// <param name="problem">What is wrong; null for nothing.</param>
    public void HealthChanged(string server, bool isWorse, string health, bool isKeptOut, TimeSpan? lag, string? problem)
    {
        var draws = isKeptOut ? "takes no new sessions" : "is not kept out of new draws";
        var seconds = lag is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0.###} s") : "unknown";
        if (isWorse)
        {
            RoutingLog.HealthFell(logger, server, health, draws, seconds, problem ?? "");
        }
        else
        {
            RoutingLog.HealthRose(logger, server, health, draws, seconds, problem ?? "");
        }
    }

    /// <summary>A replica does not get any more what is written.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="problem">What is wrong, in words of ours.</param>
    /// <param name="text">The server's own text, for who looks for the cause: it may have rows in it; null for none.</param>
    public void ReplicationEnded(string replica, string problem, string? text)
    {
        RoutingLog.ReplicationEnded(logger, replica, problem);
        TellText(replica, text);
    }

    public void ReplicationBegan(string replica) => RoutingLog.ReplicationBegan(logger, replica);

    /// <summary>A replica answers, and does not tell how far behind it is.</summary>
    /// <inheritdoc cref="ReplicationEnded"/>
    public void LagUnknown(string replica, string problem, string? text)
    {
        RoutingLog.LagUnknown(logger, replica, problem);
        TellText(replica, text);
    }

    /// <summary>What ended the look at the topology.</summary>
    public void TopologyUnknown(Exception exception) => RoutingLog.TopologyUnknown(logger, exception);

    private void TellText(string replica, string? text)
    {
        if (text is not null)
        {
            RoutingLog.ReplicationText(logger, replica, text);
        }
    }

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
