using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Transactions;
using MonotonicReads.Choosing;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>Opens a connection on the server that the running session asks for, and gives it back.</summary>
internal readonly struct ConnectionOpening(RoutedConnection connection)
{
    private RoutedSource Source => connection.Source;

    private StatementRouting Routing => new(connection);

    /// <summary>Opens the connection on the server that the running session asks for.</summary>
    public ValueTask OpenAsync(bool isAsync, CancellationToken cancellation)
    {
        var session = Source.SessionForRead();
        return session is { CarriedIfAny.Ahead: not null } or { Snapshot: not null } || (session is not null && Source.Joined is not null)
            ? OpenBehindAsync(session, isAsync, cancellation)
            : OpenOnServerAsync(new OpenAttempt(Source, session, connection.IsForPrimary), isAsync, cancellation);
    }

    // Something has to be done first.
    private async ValueTask OpenBehindAsync(ReadSession? session, bool isAsync, CancellationToken cancellation)
    {
        if (session?.CarriedIfAny?.Ahead is { } ahead)
        {
            if (isAsync)
            {
                await ahead().ConfigureAwait(false);
            }
            else
            {
                // Away from the caller's context, which waits for it.
                Task.Run(ahead, CancellationToken.None).GetAwaiter().GetResult();
            }
        }

        if (session?.Snapshot is { } scope)
        {
            await OpenInSnapshotAsync(session, scope.ConnectionIn(Source), isAsync, cancellation).ConfigureAwait(false);
        }
        else
        {
            if (session is not null && Source.Joined is { IsolationLevel: IsolationLevel.Snapshot })
            {
                await PassBarrierAheadAsync(session, isAsync, cancellation).ConfigureAwait(false);
            }

            await OpenOnServerAsync(new OpenAttempt(Source, session, connection.IsForPrimary), isAsync, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the driver's connection back, or keeps it for the session's next read.</summary>
    public async ValueTask CloseAsync(bool isAsync)
    {
        var behind = AmbientSession.Live?.CarriedIfAny?.Behind;
        var (isLearned, hasUsedPrimary) = (false, false);
        var keeping = new SeriesKeeping(connection);
        var isOurs = keeping.TakeBack();
        try
        {
            if (connection.Link.Driver is { } driver && !connection.Snapshot.IsTaken)
            {
                if (connection.Link is { IsShared: true, Server: { } server })
                {
                    NoteSharedUntilNow(server);
                }

                hasUsedPrimary = connection.Use.HasUsedPrimary;
                await connection.LearnAsync(isOurs ? driver : null, isAsync).ConfigureAwait(false);
            }

            isLearned = true;
        }
        finally
        {
            // Whatever became of the questions: nobody else gives it back.
            await keeping.LetGoAsync(isLearned ? keeping.Lease() : null, isAsync).ConfigureAwait(false);
        }

        if (behind?.Invoke(hasUsedPrimary) is { IsCompleted: false } told && isAsync)
        {
            await told.ConfigureAwait(false);
        }
    }

    // Somebody has, or had, the driver's connection. Also where the session has ended the run that it was of may begin again.
    private void NoteSharedUntilNow(RoutedServer server)
    {
        if (server.IsPrimary || Source.Proxy is not null)
        {
            AmbientSession.Run?.Mark();
        }

        if (AmbientSession.Live is { } session)
        {
            connection.Use.NoteSharedUntilNow(server, session, connection.Link.IsOutdated);
        }
    }

    // Such a transaction begins when its connection opens, and shows that moment: what the session saw has to be there by then.
    private async ValueTask PassBarrierAheadAsync(ReadSession session, bool isAsync, CancellationToken cancellation)
    {
        if (!PrimaryBarrier.IsNeeded(session, session.PinFor(Source)))
        {
            return;
        }

        using var outside = OutsideTransactions.Begin();
        var ahead = new ConnectionOpening(new RoutedConnection(Source, isForPrimary: true, owner: null));
        await ahead.OpenAsync(isAsync, cancellation).ConfigureAwait(false);
        try
        {
            await ahead.Routing.RouteOnAsync(Statement.Transaction, isAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await ahead.CloseAsync(isAsync).ConfigureAwait(false);
        }
    }

    // A read waits here for its connection, and nobody but its opening waits for this one.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask OpenOnServerAsync(OpenAttempt attempt, bool isAsync, CancellationToken cancellation)
    {
        connection.Lease = attempt.Lease;
        if (attempt.TakeKept(out var kept) is { } keptBy)
        {
            connection.Link.TakeKept(kept, keptBy);
        }

        while (connection.Link.Driver is null)
        {
            var server = await attempt.NextAsync(isAsync, cancellation).ConfigureAwait(false);
            try
            {
                var opening = attempt.Joined is null
                    ? ServerLink.ConnectOutsideAsync(server, isAsync, cancellation)
                    : ServerLink.ConnectAsync(server, isAsync, cancellation);
                var pooled = await opening.ConfigureAwait(false);
                await TakeAsync(pooled, server, attempt, isAsync).ConfigureAwait(false);
            }
            catch (Exception exception) when (Source.CanTryAnother(server, exception))
            {
                attempt.Refused(server, exception);
            }
        }

        connection.Use.OpenFor(attempt.Pin, attempt.Joined);
        if (attempt.Joined is not null)
        {
            connection.Link.Running(Statement.Transaction);
        }
    }

    private async ValueTask TakeAsync(PooledConnection pooled, RoutedServer server, OpenAttempt attempt, bool isAsync)
    {
        var isTaken = false;
        try
        {
            // Tells of a restart, and who is told may throw.
            isTaken = attempt.Opened(server);
        }
        finally
        {
            if (!isTaken)
            {
                await pooled.DisposeAsync(isAsync).ConfigureAwait(false);
            }
        }

        if (isTaken)
        {
            connection.Link.Take(pooled, server);
        }
    }

    private async ValueTask OpenInSnapshotAsync(
        ReadSession session,
        SnapshotConnection snapshot,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        if (connection.IsForPrimary || Source.Joined is not null)
        {
            throw SnapshotUse.OnlyReads();
        }

        await snapshot.TakeTurnAsync(isAsync, cancellation).ConfigureAwait(false);
        try
        {
            if (snapshot.Pooled is null)
            {
                await OpenOnServerAsync(new OpenAttempt(Source, session, isForPrimary: false), isAsync, cancellation).ConfigureAwait(false);
                await TakeSnapshotAsync(session, snapshot, isAsync, cancellation).ConfigureAwait(false);
            }
            else
            {
                SnapshotUse.ThrowIfLost(session, snapshot);
                connection.Link.Borrow(snapshot.Pooled, snapshot.Server!);
                connection.Use.OpenFor(session.PinFor(Source));
                connection.Snapshot.Enter(snapshot);
            }
        }
        catch
        {
            if (connection.Release() is { } pooled)
            {
                await pooled.DisposeAsync(isAsync).ConfigureAwait(false);
            }

            throw;
        }
        finally
        {
            snapshot.EndTurn(reader: null);
        }
    }

    // First where the session may read, caught up and behind the barrier, then the transaction: what it shows is fixed by its beginning.
    private async ValueTask TakeSnapshotAsync(
        ReadSession session,
        SnapshotConnection snapshot,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        if (!Source.HasPositions)
        {
            throw new NotSupportedException(
                "Snapshot sessions need servers of MySQL or MariaDB that can be named: a ReplicatedMySqlDataSource."
            );
        }

        List<RoutedServer> refused = [];
        while (true)
        {
            await Routing.RouteOnAsync(Statement.Snapshot, isAsync, cancellation, refused).ConfigureAwait(false);
            var server = connection.Server;
            var asOf = server.IsPrimary ? Source.Time.GetTimestamp() : Source.Age.AsOf(server);
            try
            {
                await BeginSnapshotAsync(server, isAsync, cancellation).ConfigureAwait(false);
                snapshot.Keep(connection.Link.Pooled!, server, asOf);
                connection.Link.Lend();
                connection.Snapshot.Enter(snapshot);
                return;
            }
            catch (Exception exception) when (connection.IsLostBy(exception, cancellation) && !refused.Contains(server))
            {
                refused.Add(server);
                LeaveRefused(session, server, exception);
            }
            catch (SilentServerException silent)
            {
                connection.Abandon(silent);
                throw await Routing.UnansweredAsync(silent, isAsync, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask BeginSnapshotAsync(RoutedServer server, bool isAsync, CancellationToken cancellation)
    {
        var questions = new ServerQuestions(server, connection.Driver, Source.Time, isAsync, cancellation);
        var begun = new BegunSnapshot(server, await ServerProtocol.IsolationToRestoreAsync(questions).ConfigureAwait(false));

        // Whatever becomes of it: it may have begun although no answer came.
        connection.Link.Pooled!.Begun = begun;
        await ServerProtocol.BeginSnapshotAsync(questions, begun).ConfigureAwait(false);
    }

    // Nothing of the caller's was executed, and nothing was read.
    private void LeaveRefused(ReadSession session, RoutedServer server, Exception exception)
    {
        var pin = connection.Use.PinOf(session);
        if (
            exception is not SilentServerException
            && connection.Addressing is { } addressing
            && addressing.Judge(exception) == ProxyVerdict.None
        )
        {
            // It says something of the proxy, or of the statement.
            ExceptionDispatchInfo.Throw(exception);
        }

        if (connection.Use.Reads is { } reads)
        {
            connection.Use.TakeBackRead(reads);
            pin.TakeBackRead(server);
        }

        connection.Abandon(exception as SilentServerException);
        if (!server.IsPrimary)
        {
            Source.Losses.NoteRefusal(session, pin, server, exception);
        }
        else if (exception is SilentServerException)
        {
            throw LostSession.NotBehindBarrier(session, pin, "The primary did not answer.", exception);
        }
        else
        {
            ExceptionDispatchInfo.Throw(exception);
        }
    }
}
