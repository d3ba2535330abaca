using System.Data;
using System.Data.Common;
using System.Transactions;

namespace MonotonicReads;

/// <content>Where a statement of an open connection runs, how the connection gets there, and what its session learns.</content>
public sealed partial class ReplicatedConnection
{
    /// <summary>What has to happen before a statement runs.</summary>
    private enum Step
    {
        Run,
        Move,
        FindServer,
        CatchUp,
        PassBarrier,
    }

    [Flags]
    private enum Readiness
    {
        None = 0,
        CaughtUp = 1,
        BehindBarrier = 2,
    }

    private RoutedServer Server => _server ?? throw NotOpen();

    private bool HasOpenReader => _reader is { IsClosed: false } || _olderReaders?.Exists(reader => !reader.IsClosed) == true;

    /// <summary>Makes sure that the connection is on the server where a statement may run, and tells the session.</summary>
    /// <param name="isPlainRead">Whether the statement is provably a plain read.</param>
    /// <param name="returnsData">Whether what the statement returns can tell the session something.</param>
    /// <param name="beginsTransaction">Whether later reads see the state of this moment.</param>
    internal void Route(bool isPlainRead, bool returnsData, bool beginsTransaction = false)
    {
        var statement = new Statement(isPlainRead, returnsData, beginsTransaction);
        if (_snapshot is not null)
        {
            Synchronous.Result(TakeTurnAsync(statement, isAsync: false, CancellationToken.None));
            return;
        }

        if (Next(statement, Readiness.None, out _) != Step.Run)
        {
            Synchronous.Result(RouteOnAsync(statement, isAsync: false, CancellationToken.None));
        }
    }

    /// <inheritdoc cref="Route"/>
    internal ValueTask RouteAsync(bool isPlainRead, bool returnsData, CancellationToken cancellationToken, bool beginsTransaction = false)
    {
        var statement = new Statement(isPlainRead, returnsData, beginsTransaction);
        if (_snapshot is not null)
        {
            return TakeTurnAsync(statement, isAsync: true, cancellationToken);
        }

        return Next(statement, Readiness.None, out _) == Step.Run ? default : RouteOnAsync(statement, isAsync: true, cancellationToken);
    }

    internal DbDataReader Track(DbDataReader reader, CommandBehavior behavior)
    {
        if (_reader is { IsClosed: false })
        {
            (_olderReaders ??= []).Add(_reader);
        }

        _reader = reader;
        _closesWithReader |= (behavior & CommandBehavior.CloseConnection) != 0;
        return reader;
    }

    private async ValueTask RouteOnAsync(Statement statement, bool isAsync, CancellationToken cancellation)
    {
        var ready = Readiness.None;
        List<RoutedServer>? refused = null;
        while (true)
        {
            RoutedServer? target = null;
            var step = _inner is null ? Step.FindServer : Next(statement, ready, out target);
            var session = Source.SessionForRead();
            switch (step)
            {
                case Step.Run:
                    return;
                case Step.CatchUp:
                    target = await CatchUpAsync(session!, PinOf(session!), isAsync, cancellation).ConfigureAwait(false);

                    // Another server is looked at again: a concurrent read may have chosen it, for less than is needed here.
                    ready |= target is null ? Readiness.CaughtUp : Readiness.None;
                    break;
                case Step.PassBarrier:
                    await PassBarrierAsync(session!, PinOf(session!), isAsync, cancellation).ConfigureAwait(false);
                    ready |= Readiness.BehindBarrier;
                    break;
                case Step.FindServer:
                    target = await Source
                        .Router.PinnedAsync(session!, PinOf(session!), refused, isAsync, cancellation)
                        .ConfigureAwait(false);
                    ready = Readiness.None;
                    break;
            }

            if (target is null || ReferenceEquals(target, _server))
            {
                continue;
            }

            try
            {
                await MoveToAsync(target, isAsync, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (CanTryAnother(target, exception))
            {
                ready = Readiness.None;
                (refused ??= []).Add(target);
                Source.NoteRefusal(session, session is null ? null : PinOf(session), target, exception);
            }
        }
    }

    /// <summary>What to do before the statement runs; where that is nothing, the session is told of it.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="ready">What was done for this statement already.</param>
    /// <param name="target">Where the statement has to run instead of here.</param>
    private Step Next(in Statement statement, Readiness ready, out RoutedServer? target)
    {
        var server = Server;
        var session = Source.SessionForRead();
        target = null;
        if (!statement.BeginsSnapshot)
        {
            CheckSnapshot(session, statement);
        }

        if (_snapshot is not null)
        {
            return Run(server, session, PinOf(session!), statement);
        }

        if (session is null)
        {
            if (!statement.IsPlainRead && !server.IsPrimary)
            {
                target = Source.PrimaryServer;
                return Step.Move;
            }

            if (Source.Proxy is { } proxy && !server.IsPrimary && !ReferenceEquals(server, proxy.Anywhere))
            {
                // The session that named the server is over.
                target = proxy.Anywhere;
                return Step.Move;
            }

            return Run(server, null, null, statement);
        }

        Source.Proxy?.ThrowIfNotKept(session, session.LossIn(Source));
        var pin = PinOf(session);
        if (
            server.IsPrimary
            || !statement.IsPlainRead
            || session.Consistency == ReadConsistency.Primary
            || pin.Server is { IsPrimary: true }
        )
        {
            if (!server.IsPrimary)
            {
                target = Source.PrimaryServer;
                return Step.Move;
            }

            return
                (ready & Readiness.BehindBarrier) == 0
                && NeedsBarrier(session, pin)
                && (statement.ReturnsData || statement.BeginsTransaction)
                ? Step.PassBarrier
                : Run(server, session, pin, statement);
        }

        if (Source.Proxy is { } through && (through.MustDraw(pin) || NotesRestart(session, pin, server)))
        {
            return Step.FindServer;
        }

        if (
            (ready & Readiness.CaughtUp) == 0
            && (session.Consistency == ReadConsistency.Causal || pin.IsResumed)
            && pin.Loss is null
            && (pin.Server is null || ReferenceEquals(pin.Server, server))
            && pin.MustCatchUp(server, session.Consistency == ReadConsistency.Causal)
        )
        {
            if (!CatchesUpInProxy(session, pin))
            {
                return Step.CatchUp;
            }
        }

        if (
            !server.IsGone(Source.Time)
            && pin.TryRead(server, isFirstOfConnection: _readsFor is not { } known || !ReferenceEquals(known.Pin, pin))
        )
        {
            return Run(server, session, pin, statement);
        }

        // The session has lost its replica, or a concurrent read found it out of reach and drew again.
        if (
            Source.Proxy is not null
            || pin.Loss is not null
            || server.IsGone(Source.Time)
            || ReferenceEquals(pin, _openedFor)
            || (_readsFor is { } reads && ReferenceEquals(reads.Pin, pin))
        )
        {
            return Step.FindServer;
        }

        throw new InvalidOperationException(
            $"This connection was opened outside read session {session.Id}, on replica '{server.Name}', and the session reads on '{pin.Server?.Name}'. Open the connection inside the session."
        );
    }

    // A primary that is another run of the server is behind it too until it is proved to have what was seen.
    private bool NeedsBarrier(ReadSession session, SessionPin pin) =>
        Source.HasPositions && (pin.NeedsBarrier || (pin.HasOtherPrimary && session.LossIn(Source) != ReplicaLoss.Redraw));

    private Step Run(RoutedServer server, ReadSession? session, SessionPin? pin, in Statement statement)
    {
        if (statement.ReturnsData)
        {
            session?.CountRead();
        }

        if (pin is not null)
        {
            if (server.IsPrimary)
            {
                NotePrimary(server, session!, pin, statement);
            }
            else
            {
                NoteReplica(server, session!, pin);
            }
        }

        if (statement.ReturnsData)
        {
            RoutingMetrics.CountRead(server, session);
            if (session is { WasExported: true })
            {
                Source.Reports.ReadAfterToken(session);
            }

            pin?.Session.NoteDecision(Source, server, session!.Consistency);
        }

        return Step.Run;
    }

    private void NoteReplica(RoutedServer server, ReadSession session, SessionPin pin)
    {
        var tellsSeen = session.LossIn(Source) == ReplicaLoss.CaughtUp && !session.IsAtEndOfPlan;
        if (_readsFor is { } reads && ReferenceEquals(reads.Pin, pin))
        {
            _readsFor = reads with { TellsSeen = reads.TellsSeen && tellsSeen, Reads = reads.Reads + 1 };
            return;
        }

        EndReads(seen: null);
        _readsFor = new ReplicaUse(pin, server, tellsSeen, Reads: 1);
    }

    private void NotePrimary(RoutedServer primary, ReadSession session, SessionPin pin, in Statement statement)
    {
        var isCausal = session.Consistency == ReadConsistency.Causal && Source.HasPositions && pin.Server is not { IsPrimary: true };
        if (statement.ReturnsData && !isCausal)
        {
            pin.BindPrimary(primary, session.LossIn(Source));
            pin.ReadPrimary();
        }

        if (statement.IsPlainRead && !(statement.ReturnsData && isCausal))
        {
            return;
        }

        if (_usesPrimaryFor is { } use && ReferenceEquals(use.Pin, pin))
        {
            _usesPrimaryFor = use with { Saw = use.Saw || statement.ReturnsData, Captures = use.Captures && isCausal };
            return;
        }

        EndPrimaryUse(position: null);
        pin.EnterPrimary();
        _usesPrimaryFor = new PrimaryUse(pin, statement.ReturnsData, isCausal);
        if (Transaction.Current is { } transaction)
        {
            // It commits after this connection is closed.
            _usesPrimaryFor = new PrimaryUse(pin, statement.ReturnsData, Captures: false);
            transaction.TransactionCompleted += (_, _) => pin.MarkWritten();
        }
    }

    private SessionPin PinOf(ReadSession session) =>
        _readsFor is { } reads && ReferenceEquals(reads.Pin.Session, session.Root) ? reads.Pin : session.PinFor(Source);

    // Lets the replica catch up with what a causal read must contain. Returns the server to read on instead, if it does not.
    private async ValueTask<RoutedServer?> CatchUpAsync(ReadSession session, SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        var replica = Server;
        if (Source.Positions is not { } positions || replica.Protocol is null || Source.Proxy is { Dialect.IsExact: false })
        {
            pin.BindPrimary(Source.PrimaryServer, session.LossIn(Source));
            return Source.PrimaryServer;
        }

        if (session.Consistency == ReadConsistency.Causal && pin.MustAskPrimary)
        {
            try
            {
                await positions.RequirePrimaryAsync(pin, isAsync, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException silent)
            {
                throw ReplicaRouter.NotBehindBarrier(
                    session,
                    pin,
                    "The primary did not answer, and nothing else tells what the session wrote there.",
                    silent
                );
            }
        }

        if (pin.Required is not { } required || replica.Reached?.Contains(required) == true)
        {
            return null;
        }

        ThrowIfUnableToMove(replica);
        var server = new ServerQuestions(Server, Driver, Source.Time, isAsync, cancellation);
        long reads;
        try
        {
            var incarnation = replica.Incarnation;
            var reached = await positions.ReachAsync(session, replica, server, required, session.RemainingWait).ConfigureAwait(false);
            replica.Learn(reached, incarnation);
            if (reached.Contains(required))
            {
                return null;
            }

            // Where nothing was read on a replica yet, any that contains the writes will do.
            reads = pin.ReplicaReads;
            if (pin.LastReplica is not null)
            {
                if (!replica.CanTellWhatWasSeen)
                {
                    return FallBack(session, pin, replica);
                }

                required = required.Union(await replica.Protocol.SeenAsync(server).ConfigureAwait(false));
            }
        }
        catch (SilentServerException silent)
        {
            Abandon(silent);
            Source.NoteRefusal(session, pin, replica, silent);
            if (pin.Loss is not null)
            {
                return await Source.Router.PinnedAsync(session, pin, [replica], isAsync, cancellation).ConfigureAwait(false);
            }

            return FallBack(session, pin, replica);
        }

        return await positions.ContainingAsync(session, pin, replica, required, reads, isAsync, cancellation).ConfigureAwait(false)
            ?? FallBack(session, pin, replica);
    }

    private RoutedServer FallBack(ReadSession session, SessionPin pin, RoutedServer replica)
    {
        pin.BindPrimary(Source.PrimaryServer, session.LossIn(Source));
        Source.Reports.MovedToBeCaughtUp(session, replica, Source.PrimaryServer);
        return Source.PrimaryServer;
    }

    // Before the session's first read on the primary after reads on a replica.
    private async ValueTask PassBarrierAsync(ReadSession session, SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        ThrowIfUnableToMove(Server);
        using var activity = RoutingActivities.Barrier(session, Server);
        try
        {
            await AskBarrierAsync(session, pin, isAsync, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RoutingActivities.Failed(activity, exception);
            throw;
        }
    }

    private async ValueTask AskBarrierAsync(ReadSession session, SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        var server = new ServerQuestions(Server, Driver, Source.Time, isAsync, cancellation, _transaction?.Open);
        var reads = pin.EndedReads;
        var incarnation = Server.Incarnation;
        var started = Source.Time.GetTimestamp();
        bool hasPassed;
        try
        {
            if (
                pin is { IsResumed: true, Required: { } carried }
                && !(await Server.Protocol!.SeenAsync(server).ConfigureAwait(false)).Contains(carried)
            )
            {
                throw ReplicaRouter.NotBehindBarrier(
                    session,
                    pin,
                    "Its token names a position that the primary does not have: it comes from another cluster, or the primary has lost it.",
                    null
                );
            }

            if (pin.HasOtherPrimary && session.LossIn(Source) != ReplicaLoss.Redraw)
            {
                if (!pin.TryTellWanted(session.Consistency == ReadConsistency.Causal, out var wanted))
                {
                    throw ReplicaRouter.NotBehindBarrier(
                        session,
                        pin,
                        "The primary is another server, or another run of it, than when the session began, and nothing tells whether it has what the session saw.",
                        null
                    );
                }

                if (
                    wanted is not null
                    && !await Server.Protocol!.HasKeptAsync(server, wanted, pin.HasRestartedPrimary).ConfigureAwait(false)
                )
                {
                    throw ReplicaRouter.NotBehindBarrier(
                        session,
                        pin,
                        "The primary is another server, or another run of it, than when the session began, and is not proved to have what the session saw.",
                        null
                    );
                }
            }

            hasPassed = await Server.Protocol!.PassBarrierAsync(server, session.RemainingWait).ConfigureAwait(false);
        }
        catch (SilentServerException silent)
        {
            Abandon(silent);
            throw ReplicaRouter.NotBehindBarrier(session, pin, "The primary did not answer.", silent);
        }
        catch (DbException exception) when (exception is not ReplicaLostException)
        {
            throw ReplicaRouter.NotBehindBarrier(
                session,
                pin,
                "The primary could not be asked how far it is. Where access was denied, grant the user BINLOG MONITOR (MariaDB) or REPLICATION CLIENT (MySQL).",
                exception
            );
        }
        finally
        {
            var waited = Source.Time.GetElapsedTime(started);
            session.SpendWait(waited);
            RoutingMetrics.RecordWait(Source.PrimaryServer, waited);
        }

        if (!hasPassed)
        {
            throw ReplicaRouter.NotBehindBarrier(
                session,
                pin,
                "The primary has not committed in time what it already sent to its replicas.",
                null
            );
        }

        pin.PassedBarrier(incarnation, reads);
    }

    private async ValueTask MoveToAsync(RoutedServer target, bool isAsync, CancellationToken cancellation)
    {
        if (_inner is not null)
        {
            ThrowIfUnableToMove(target);
        }

        if (Source.Proxy is { } proxy)
        {
            await TurnToAsync(proxy, target, isAsync, cancellation).ConfigureAwait(false);
            return;
        }

        var inner = await OpenAsync(target, isAsync, cancellation).ConfigureAwait(false);
        target.MarkAvailable();
        if (_database is not null)
        {
            await ChangeDatabaseAsync(inner, _database, isAsync, cancellation).ConfigureAwait(false);
        }

        var openedFor = _openedFor;
        await LearnAsync(isAsync).ConfigureAwait(false);
        await PositionSearch.DisposeAsync(Release(), silent: null, isAsync).ConfigureAwait(false);
        Take(inner, target);
        _openedFor = openedFor;
    }

    private async ValueTask<DbConnection> OpenAsync(RoutedServer server, bool isAsync, CancellationToken cancellation)
    {
        Source.Enter(server);
        try
        {
            return await server.Pool.ConnectAsync(isAsync, cancellation).ConfigureAwait(false);
        }
        catch
        {
            server.Pool.Leave();
            throw;
        }
    }

    private static async ValueTask ChangeDatabaseAsync(DbConnection inner, string database, bool isAsync, CancellationToken cancellation)
    {
        if (isAsync)
        {
            await inner.ChangeDatabaseAsync(database, cancellation).ConfigureAwait(false);
        }
        else
        {
            inner.ChangeDatabase(database);
        }
    }

    // What the session must know before the driver's connection is let go. Nothing here fails: what cannot be learned is
    // asked of the primary later, or counts as not known.
    private async ValueTask LearnAsync(bool isAsync)
    {
        if (_readsFor is { } reads)
        {
            EndReads(reads.TellsSeen && reads.Replica.CanTellWhatWasSeen ? await SeenAsync(reads, isAsync).ConfigureAwait(false) : null);
        }

        if (_usesPrimaryFor is { } use)
        {
            EndPrimaryUse(
                use.Captures && _inner is { State: ConnectionState.Open } inner
                    ? await WrittenAsync(use, inner, isAsync).ConfigureAwait(false)
                    : null
            );
        }
    }

    private async ValueTask<ReplicationPosition?> SeenAsync(ReplicaUse reads, bool isAsync)
    {
        if (_inner is { State: ConnectionState.Open } inner)
        {
            try
            {
                return await reads
                    .Replica.Protocol!.SeenAsync(new ServerQuestions(reads.Replica, inner, Source.Time, isAsync, CancellationToken.None))
                    .ConfigureAwait(false);
            }
            catch (SilentServerException silent)
            {
                Abandon(silent);
                return null;
            }
            catch (Exception exception) when (Source.IsServerFailure(exception) || exception is InvalidOperationException)
            {
                return null;
            }
        }

        // A reader that was told to has closed the driver's connection, as Dapper's do.
        return _closesWithReader ? await Source.Positions!.SeenAsync(reads.Pin, reads.Replica, isAsync).ConfigureAwait(false) : null;
    }

    private async ValueTask<ReplicationPosition?> WrittenAsync(PrimaryUse use, DbConnection inner, bool isAsync)
    {
        var primary = Source.PrimaryServer;
        var server = new ServerQuestions(primary, inner, Source.Time, isAsync, CancellationToken.None);
        try
        {
            await primary.MeetAsync(server).ConfigureAwait(false);
            var protocol = primary.Protocol!;
            return use.Saw
                ? await protocol.SeenAsync(server).ConfigureAwait(false)
                : await protocol.WrittenAsync(server).ConfigureAwait(false);
        }
        catch (SilentServerException silent)
        {
            Abandon(silent);
            return null;
        }
        catch (Exception exception) when (Source.IsServerFailure(exception) || exception is InvalidOperationException)
        {
            return null;
        }
    }

    private void EndReads(ReplicationPosition? seen)
    {
        _readsFor?.Pin.LeaveReplica(seen);
        _readsFor = null;
    }

    private void EndPrimaryUse(ReplicationPosition? position)
    {
        _usesPrimaryFor?.Pin.LeavePrimary(position);
        _usesPrimaryFor = null;
    }

    // The driver still waits for an answer: its connection must be left alone until it gives up.
    private void Abandon(SilentServerException silent)
    {
        if (Release() is { } inner)
        {
            PositionSearch.DisposeWhenGivenUp(inner, silent);
        }
    }

    private void ThrowIfUnableToMove(RoutedServer target)
    {
        if (DriverState != ConnectionState.Open)
        {
            throw NotOpen();
        }

        if (HasOpenReader)
        {
            throw new InvalidOperationException(
                ReferenceEquals(target, _server)
                    ? $"Server '{target.Name}' must be asked for its position before this statement runs, and this connection has a reader open on it. Close the reader first, or use another connection."
                    : $"The statement must run on '{target.Name}', and this connection is on replica '{_server?.Name}' with a reader open on it. Close the reader first, or use a connection of ReplicatedDataSource.Primary."
            );
        }
    }

    private void InnerStateChanged(object sender, StateChangeEventArgs change)
    {
        NoteIfBroken(change.CurrentState);
        if (change.CurrentState == ConnectionState.Closed)
        {
            NoteClosed();
        }
    }

    // Nobody but a reader that was told to closes the driver's connection behind this one. A proxy's says nothing of a server.
    private void NoteIfBroken(ConnectionState state)
    {
        var isGone = state is ConnectionState.Closed or ConnectionState.Broken;
        if (isGone && Source.Proxy is null && !_closesWithReader && _readsFor is { } reads)
        {
            Source.Lose(reads.Pin.Session, reads.Pin, reads.Replica, ReplicaLossReason.ConnectionBroken, exception: null);
        }
    }

    private readonly record struct Statement(bool IsPlainRead, bool ReturnsData, bool BeginsTransaction)
    {
        public bool BeginsSnapshot => IsPlainRead && BeginsTransaction;
    }

    /// <summary>The connection's reads on a replica for one session.</summary>
    private readonly record struct ReplicaUse(SessionPin Pin, RoutedServer Replica, bool TellsSeen, int Reads);

    /// <summary>The connection's writes and reads on the primary for one session.</summary>
    private readonly record struct PrimaryUse(SessionPin Pin, bool Saw, bool Captures);
}
