using System.Data;
using System.Runtime.ExceptionServices;
using MonotonicReads.Choosing;
using MonotonicReads.Detection;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;
using MonotonicReads.Sql;

namespace MonotonicReads.Routing;

/// <summary>
/// Brings an open connection to the server where its next statement may run, step by step as <see cref="NextStep"/> says, and lets the
/// session learn of it.
/// </summary>
internal readonly struct StatementRouting(RoutedConnection connection)
{
    private RoutedSource Source => connection.Source;

    private StepTaking Steps => new(connection);

    private HeldMoment Moment => new(connection);

    /// <summary>Makes sure that the connection is on the server where a statement may run, and tells the session.</summary>
    public void Route(Statement statement)
    {
        if (connection.Snapshot.IsTaken)
        {
            Synchronous.Result(TakeTurnAsync(statement, isAsync: false, CancellationToken.None));
        }
        else if (!RunsHere(statement))
        {
            Synchronous.Result(RouteOnAsync(statement, isAsync: false, CancellationToken.None));
        }
    }

    /// <inheritdoc cref="Route"/>
    public ValueTask RouteAsync(Statement statement, CancellationToken cancellation) =>
        connection.Snapshot.IsTaken ? TakeTurnAsync(statement, isAsync: true, cancellation)
        : RunsHere(statement) ? default
        : RouteOnAsync(statement, isAsync: true, cancellation);

    private bool RunsHere(in Statement statement) =>
        !connection.Link.MustReconnect && !Moment.IsInTheWayOf(statement) && Next(statement, Readiness.None) == Step.Run;

    /// <summary>Takes note of what a failed statement says of the server that a proxy should have sent it to.</summary>
    /// <param name="exception">What came instead of an answer.</param>
    /// <param name="isOverdue">Whether it took longer than was allowed it there, and not than the caller did.</param>
    /// <param name="returnsData">Whether it counts as a read.</param>
    /// <returns>Whether it was not executed, so that it may run on another server.</returns>
    public bool CanRunElsewhere(Exception exception, bool isOverdue, bool returnsData)
    {
        connection.Link.NoteIfRefused(exception);
        if (connection.Snapshot.IsTaken && connection.Addressing?.Judge(exception) is not (null or ProxyVerdict.None))
        {
            // The proxy may go on on another connection, which is in no transaction.
            connection.Snapshot.Lose();
        }

        if (connection.Addressing is null || !connection.Addressing.Names(connection.Link.Server) || connection.Use.Reads is not { } reads)
        {
            return false;
        }

        var verdict = connection.Addressing.Judge(exception);
        if (verdict == ProxyVerdict.Unreached && connection.Use.CountsAsRead && !connection.HasOpenReader && !connection.Snapshot.IsTaken)
        {
            connection.Addressing.Reroute(connection.Use, reads, returnsData, exception);
            connection.NoteRefused(reads.Replica);
            return true;
        }

        if (verdict != ProxyVerdict.None || isOverdue)
        {
            var reason = isOverdue ? ReplicaLossReason.Silent : ReplicaLossReason.ConnectionBroken;
            Source.Losses.Lose(reads.Pin.Session, reads.Pin, reads.Replica, reason, exception);
        }

        return false;
    }

    /// <summary>Goes on where <see cref="Route"/> found something to do.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the questions.</param>
    /// <param name="refused">The replicas that refuse it; more are added.</param>
    public async ValueTask RouteOnAsync(
        Statement statement,
        bool isAsync,
        CancellationToken cancellation,
        List<RoutedServer>? refused = null
    )
    {
        try
        {
            await StepOnAsync(statement, isAsync, refused ?? connection.Refused, cancellation).ConfigureAwait(false);
            if (Moment.IsInTheWayOf(statement))
            {
                await Moment.LeaveAsync(isAsync, cancellation).ConfigureAwait(false);
            }
        }
        catch (SilentServerException silent)
        {
            throw await UnansweredAsync(silent, isAsync, cancellation).ConfigureAwait(false);
        }
        catch (NotAlikeException notAlike)
        {
            ExceptionDispatchInfo.Throw(notAlike.Drivers);
        }
    }

    /// <summary>What a caller gets of a question of ours that got no answer, where nothing else can be asked.</summary>
    public async ValueTask<Exception> UnansweredAsync(SilentServerException silent, bool isAsync, CancellationToken cancellation)
    {
        if (await silent.DriversAsync(isAsync, cancellation).ConfigureAwait(false) is { } drivers)
        {
            ExceptionDispatchInfo.Throw(drivers);
        }

        return LostSession.Unanswered(Source.SessionForRead(), silent);
    }

    private async ValueTask StepOnAsync(Statement statement, bool isAsync, List<RoutedServer>? refused, CancellationToken cancellation)
    {
        var ready = Readiness.None;
        while (true)
        {
            var session = Source.SessionForRead();
            var step = connection.Link.Driver is null && session is not null ? Step.FindServer : Next(statement, ready);
            if (step == Step.Run)
            {
                return;
            }

            if (step == Step.ProveFresh)
            {
                (ready, refused) = await Steps.ProveFreshAsync(session!, ready, refused, isAsync, cancellation).ConfigureAwait(false);
                if ((ready & Readiness.Fresh) != 0)
                {
                    continue;
                }

                step = Step.FindServer;
            }

            var (target, done) = await Steps.TakeAsync(step, session, refused, isAsync, cancellation).ConfigureAwait(false);
            ready = step is Step.FindServer or Step.NoteRestart ? Readiness.None : ready | done;
            if (target is null || (ReferenceEquals(target, connection.Link.Server) && !connection.Link.IsOutdated))
            {
                continue;
            }

            try
            {
                var left = connection.Link.Server;
                await new ConnectionMove(connection).ToAsync(target, isAsync, cancellation).ConfigureAwait(false);
                ReportCause(statement, step, session, left);
                NoteOtherRun(session, target);
            }
            catch (Exception exception) when (Source.CanTryAnother(target, exception))
            {
                ready = Readiness.None;
                (refused ??= []).Add(target);
                Source.Losses.NoteRefusal(session, session is null ? null : connection.Use.PinOf(session), target, exception);
            }
        }
    }

    private void NoteOtherRun(ReadSession? session, RoutedServer target)
    {
        if (session is not null && connection.Use.PinOf(session) is var pin && pin.IsOtherIncarnation(target))
        {
            Source.Losses.Lose(session, pin, target, ReplicaLossReason.Restarted, exception: null);
        }
    }

    // The reads after it on this connection run on the primary too, and who wrote it may not know.
    private void ReportCause(in Statement statement, Step step, ReadSession? session, RoutedServer? left)
    {
        if (step == Step.MoveToPrimary && left is not null && !statement.IsPlainRead && statement.Cause != PrimaryCause.None)
        {
            Source.Reports.MovedByStatement(
                session?.Id,
                left.Name,
                Source.Primary.Name,
                statement.Cause == PrimaryCause.SessionState
                    ? "a statement that changes what the connection holds, and is not known to do nothing else"
                    : "a query that is not proven to be a plain read"
            );
        }
    }

    // The turn is given back by EndTurn, when the statement has run or could not.
    private async ValueTask TakeTurnAsync(Statement statement, bool isAsync, CancellationToken cancellation)
    {
        await connection.Snapshot.TakeTurnAsync(isAsync, cancellation).ConfigureAwait(false);
        connection.Snapshot.GotTurn();
        Next(statement, Readiness.None);
    }

    /// <summary>What to do before the statement runs; where that is nothing, the session is told of it.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="ready">What was done for this statement already.</param>
    private Step Next(in Statement statement, Readiness ready)
    {
        var step = Judged(statement, ready);
        return step == Step.Run || !statement.MayNotMove
            ? step
            : throw new InvalidOperationException(
                "The statement asks what the one before it left on this connection (ROW_COUNT(), FOUND_ROWS(), warnings), and would have "
                    + "to go to another server, or wait for one, first. Ask in a command of its own, right behind that statement."
            );
    }

    private Step Judged(in Statement statement, Readiness ready)
    {
        var server = connection.Server;
        var session = Source.SessionForRead();
        if (!statement.BeginsSnapshot)
        {
            connection.Snapshot.Check(session, statement.IsPlainRead, connection.IsForPrimary, Source);
        }

        if (connection.Snapshot.IsTaken && statement.Settings is not { AreAlone: true })
        {
            connection.Snapshot.CheckSettings(connection.Link, statement.Settings);
        }

        connection.Running(statement);
        connection.Link.Running(statement);

        connection.Addressing?.Begin();
        if (statement.StaysHere)
        {
            return Step.Run;
        }

        if (connection.Snapshot.IsTaken)
        {
            return Run(server, session, connection.Use.PinOf(session!), statement);
        }

        if (session is null)
        {
            var outside = NextStep.Of(statement, new RoutingFacts(connection).Of(server), new PinFacts(Level: null), ready);
            return outside == Step.Run ? Run(server, null, null, statement) : outside;
        }

        Source.Proxy?.ThrowIfNotKept(session.Consistency, session.LossIn(Source));
        return NextInSession(statement, server, session, connection.Use.PinOf(session), ready);
    }

    private Step NextInSession(in Statement statement, RoutedServer server, ReadSession session, SessionPin pin, Readiness ready)
    {
        var facts = new RoutingFacts(connection);
        var link = facts.Of(server);
        while (true)
        {
            var epoch = pin.ReadEpoch;
            var step = NextStep.Of(statement, link, facts.Of(session, pin, server, statement.IsPlainRead), ready);
            switch (step)
            {
                case Step.Run:
                    Run(server, session, pin, statement);
                    // Not between the look at it and the session's note of which run it uses.
                    return server.IsPrimary && connection.Link.IsOutdated ? throw LostSession.PrimaryReplaced(session) : step;
                case Step.ReadHere when !pin.TryRead(server, isFirstOfConnection: !connection.Use.ReadsFor(pin)):
                    // A concurrent read moved the session in between: what is to be done is another thing now.
                    continue;
                case Step.ReadHere when connection.Link.IsOutdated:
                    // The run that the session has noted may not be the one that this connection leads to.
                    LeaveUnread(pin);
                    link = facts.Of(server);
                    continue;
                case Step.ReadHere:
                    connection.Use.BeginRead(epoch);
                    return Run(server, session, pin, statement);
                // What begins a snapshot is a statement of ours, which carries nothing to the proxy.
                case Step.CatchUp
                    when !statement.BeginsSnapshot && pin.Doubts.Count == 0 && connection.Addressing?.CatchesUp(session, pin) == true:
                    ready |= Readiness.CaughtUp;
                    continue;
                case Step.RefuseOutdated:
                    throw LostSession.PrimaryReplaced(session);
                case Step.Refuse:
                    throw LostSession.OpenedOutside(session, server, pin);
                default:
                    return step;
            }
        }
    }

    private void LeaveUnread(SessionPin pin)
    {
        if (!connection.Use.ReadsFor(pin))
        {
            pin.LeaveReplicaUnread();
        }
    }

    private Step Run(RoutedServer server, ReadSession? session, SessionPin? pin, in Statement statement)
    {
        if (!statement.IsPlainRead)
        {
            AmbientSession.Run?.Note();
        }

        connection.Use.Note(server, session, pin, statement);
        if (pin?.RunReads is { } run && !server.IsPrimary && EndedConnections.IdOf(connection.Driver) is { } id)
        {
            run.Note(pin, server, id);
        }

        if (connection.Watch is { IsSending: true } watch)
        {
            watch.Sent(server.Name, server.IsPrimary, Watched(session), statement.ReturnsData, statement.Writes);
        }

        return Step.Run;
    }

    private static WatchedSession? Watched(ReadSession? session) =>
        session is null
            ? null
            : new WatchedSession(
                session.Root,
                session.Id,
                session.CarriedIfAny?.Token?.SessionId,
                session.SeesOwnWrites,
                SeesAllWrites: session.Consistency == ReadConsistency.Global
            );
}
