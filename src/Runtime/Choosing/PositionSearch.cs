using System.Data.Common;
using MonotonicReads.Observability;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>
/// Finds out, for a session, what servers contain: which replica has what it saw, whether its own has caught up with its
/// writes, whether the primary may be read after a replica. Only for data sources whose servers tell their position.
/// </summary>
/// <param name="source">The data source of the servers.</param>
/// <param name="losses">Where it is noted that a server refuses.</param>
/// <param name="progress">How far behind the replicas are.</param>
/// <param name="age">How old they are.</param>
internal sealed class PositionSearch(ISessionSource source, ReplicaLosses losses, ReplicaProgress progress, StateAge age)
{
    /// <summary>Where a session goes that has lost its replica: the first that has reached what it saw, otherwise the primary.</summary>
    /// <param name="session">The session, with its wait budget.</param>
    /// <param name="pin">What it saw.</param>
    /// <param name="candidates">The replicas in the selector's order.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the search.</param>
    public async ValueTask<(RoutedServer Server, int Incarnation)> CaughtUpAsync(
        ReadSession session,
        SessionPin pin,
        IEnumerable<RoutedServer> candidates,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var otherwise = (source.Primary, source.Primary.Incarnation);
        if (pin.Seen is not { } seen || pin.LastReplica is { IsDiverged: true })
        {
            // The barrier says the rest.
            return otherwise;
        }

        using var activity = RoutingActivities.Search(session.Tags, (pin.Server ?? source.Primary).Tags);
        var wanted = age.With(pin.Required is { } required ? seen.Union(required) : seen, session.Policies.MaxStaleness);
        return await FindAnyAsync(session, candidates, wanted, session.RemainingWait, mayQueue: true, isAsync, cancellation)
                .ConfigureAwait(false)
            ?? otherwise;
    }

    /// <summary>The first replica, in the order given, that has reached a position, or reaches it while it is waited for. In the
    /// selector's order each of those that have it gets its share by weight.</summary>
    /// <param name="session">The session, with its wait budget.</param>
    /// <param name="candidates">The replicas.</param>
    /// <param name="wanted">The position.</param>
    /// <param name="wait">How long one may be waited for; zero asks each once.</param>
    /// <param name="mayQueue">Whether it may be one whose connections are all in use: who goes there adds to a crowd.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The replica, and the run of it; null where there is none.</returns>
    public async ValueTask<(RoutedServer Server, int Incarnation)?> FindAnyAsync(
        ReadSession session,
        IEnumerable<RoutedServer> candidates,
        ReplicationPosition wanted,
        TimeSpan wait,
        bool mayQueue,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        RoutedServer? first = null;
        foreach (var replica in candidates.Where(replica => mayQueue || !replica.Pool.IsFull).ToList())
        {
            // The opening makes sure that it is this run.
            if (replica.Run.Incarnation is > NotReached and var known && replica.Reached?.Contains(wanted) == true)
            {
                return (replica, known);
            }

            if (progress.IsTooLate(replica, wanted, session.RemainingWait))
            {
                continue;
            }

            if (await FindAsync(session, replica, wanted, TimeSpan.Zero, isAsync, cancellation).ConfigureAwait(false) is { } incarnation)
            {
                if (incarnation > NotReached)
                {
                    return (replica, incarnation);
                }

                first ??= progress.IsTooLate(replica, wanted, session.RemainingWait) ? null : replica;
            }
        }

        // None has it yet: time is spent on the one that the selector prefers.
        return
            wait > TimeSpan.Zero
            && first is not null
            && await FindAsync(session, first, wanted, wait, isAsync, cancellation).ConfigureAwait(false) is > NotReached and var waited
            ? (first, waited)
            : null;
    }

    /// <summary>Another replica for a causal session whose own has not caught up; the session has moved there.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">Where it reads.</param>
    /// <param name="from">Its replica.</param>
    /// <param name="candidates">The others, in the selector's order.</param>
    /// <param name="wanted">What it wrote and saw.</param>
    /// <param name="reads">Its reads on replicas that this holds for.</param>
    /// <param name="wait">How long one may be waited for; zero asks each once.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>Null where none contains what is wanted, or more was read meanwhile.</returns>
    public async ValueTask<RoutedServer?> ContainingAsync(
        ReadSession session,
        SessionPin pin,
        RoutedServer from,
        IEnumerable<RoutedServer> candidates,
        ReplicationPosition wanted,
        ContainedReads reads,
        TimeSpan wait,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        using var activity = RoutingActivities.Search(session.Tags, from.Tags);
        if (
            await FindAnyAsync(session, candidates, wanted, wait, mayQueue: false, isAsync, cancellation).ConfigureAwait(false)
            is not var (replica, incarnation)
        )
        {
            return null;
        }

        if (pin.TryMove(pin.Server is null ? null : from, replica, incarnation, forgetsReads: false, reads))
        {
            losses.MovedToBeCaughtUp(session, pin, from, replica);
        }

        return ReferenceEquals(pin.Server, from) ? null : pin.Server;
    }

    private const int NotReached = 0;

    // The run of the server that has reached the position, NotReached, or null when it does not answer.
    private async ValueTask<int?> FindAsync(
        ReadSession session,
        RoutedServer replica,
        ReplicationPosition wanted,
        TimeSpan wait,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        SilentServerException? silent = null;
        DbConnection? connection = null;
        try
        {
            (connection, var generation) = await BoundedOpening
                .OpenOfAsync(replica, BoundedOpening.Patience, source.Time, isAsync, cancellation)
                .ConfigureAwait(false);
            var server = new ServerQuestions(replica, connection, source.Time, isAsync, cancellation);
            await replica.MeetAsync(server).ConfigureAwait(false);
            var incarnation = replica.Incarnation;
            var reached = await ReachAsync(session, replica, server, wanted, wait).ConfigureAwait(false);
            if (!generation.IsCurrent)
            {
                // The address leads elsewhere by now.
                return null;
            }

            replica.Learn(reached, incarnation, source.Time.GetTimestamp());
            return reached.Contains(wanted) ? incarnation : NotReached;
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            losses.NoteRefusal(session, pin: null, replica, exception);
            return null;
        }
        catch (Exception exception) when (exception is DbException || source.IsServerFailure(exception))
        {
            // Who has given up is told that, and nothing of the server.
            cancellation.ThrowIfCancellationRequested();

            // That all of its connections are in use, or this user may not ask, is no fault of the server's.
            if (source.IsServerFailure(exception) && !replica.Pool.IsFull)
            {
                losses.NoteRefusal(session, pin: null, replica, exception);
            }

            return null;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync).ConfigureAwait(false);
        }
    }

    /// <summary>Asks a replica once, or waits on it within the session's budget.</summary>
    /// <returns>What it has reached.</returns>
    public async ValueTask<ReplicationPosition> ReachAsync(
        ReadSession session,
        RoutedServer replica,
        ServerQuestions server,
        ReplicationPosition wanted,
        TimeSpan budget
    )
    {
        var protocol = await replica.ProtocolAsync(server).ConfigureAwait(false);
        if (budget <= TimeSpan.Zero)
        {
            return await protocol.ReachedAsync(server).ConfigureAwait(false);
        }

        using var activity = RoutingActivities.Wait(session.Tags, replica.Tags);
        var started = source.Time.GetTimestamp();
        try
        {
            var patience = LateAnswers.PatienceWith(budget, session.RemainingWait);
            return await protocol.WaitAsync(server, wanted, budget, patience).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RoutingActivities.Failed(activity, exception);
            throw;
        }
        finally
        {
            var waited = source.Time.GetElapsedTime(started);
            session.SpendWait(waited);
            RoutingMetrics.RecordWait(source.Name.Name, replica.Name, waited);
        }
    }

    /// <summary>What the session must see although nobody has told it where: the primary's position now.</summary>
    /// <returns>False where the primary tells none.</returns>
    public async ValueTask<bool> RequirePrimaryAsync(SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        var begun = pin.BeginToAsk();
        SilentServerException? silent = null;
        DbConnection? connection = null;
        try
        {
            (connection, var generation) = await BoundedOpening
                .OpenOfAsync(source.Primary, BoundedOpening.Patience, source.Time, isAsync, cancellation)
                .ConfigureAwait(false);
            var server = new ServerQuestions(source.Primary, connection, source.Time, isAsync, cancellation);
            var protocol = await source.Primary.ProtocolAsync(server).ConfigureAwait(false);
            var (incarnation, askedAt) = (source.Primary.Incarnation, source.Time.GetTimestamp());
            var (seen, takesWrites) = await protocol.SeenOfPrimaryAsync(source.Primary, server).ConfigureAwait(false);

            // What it has says nothing of what was written to the one before, nor of what is written to the one after.
            if (seen is not { } position || pin.HasOtherPrimary || !generation.IsCurrent)
            {
                return false;
            }

            if (takesWrites)
            {
                progress.PrimaryHas(position, incarnation);
                age.PrimaryHad(position, incarnation, askedAt);
            }
            else
            {
                // What the session wrote there it has all the same.
                generation.Retire();
            }

            pin.EndToAsk(begun, position);
            return true;
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            throw;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync).ConfigureAwait(false);
        }
    }

    /// <summary>What reads on a replica saw, asked on a connection of its own, because theirs is closed.</summary>
    /// <returns>Null where the run of the server that was read cannot be asked any more.</returns>
    public ValueTask<ReplicationPosition?> SeenAsync(SessionPin pin, RoutedServer replica, bool isAsync) =>
        AskAsync(pin, replica, static (protocol, questions) => protocol.SeenAsync(questions), isAsync);

    /// <summary>All that the run of a replica holds on which the session has read; null where it cannot be asked any more.</summary>
    public async ValueTask<ReplicationPosition?> HeldAsync(SessionPin pin, RoutedServer replica, bool isAsync)
    {
        if (replica.Pool.IsUsedUp)
        {
            // The caller holds a connection to the primary: two pools must not wait for each other.
            return null;
        }

        if (replica.IsPromoted)
        {
            // Only what it says now counts.
            replica.NoteHeld(null, replica.Incarnation);
        }

        var held = await AskAsync(pin, replica, static (protocol, questions) => protocol.HeldAsync(questions), isAsync)
            .ConfigureAwait(false);

        // One that was promoted has told who it is and what it holds before it was refused.
        return held ?? (replica.IsPromoted && pin.LastIncarnation == replica.Incarnation ? replica.Held : null);
    }

    private async ValueTask<ReplicationPosition?> AskAsync(
        SessionPin pin,
        RoutedServer replica,
        Func<ServerProtocol, ServerQuestions, ValueTask<ReplicationPosition?>> ask,
        bool isAsync
    )
    {
        SilentServerException? silent = null;
        DbConnection? connection = null;
        try
        {
            (connection, var generation) = await BoundedOpening
                .OpenOfAsync(replica, BoundedOpening.Patience, source.Time, isAsync, CancellationToken.None)
                .ConfigureAwait(false);
            if (pin.LastIncarnation != replica.Incarnation || !replica.CanTellWhatWasSeen)
            {
                return null;
            }

            var questions = new ServerQuestions(replica, connection, source.Time, isAsync, CancellationToken.None);
            await replica.ProveItselfAsync(questions).ConfigureAwait(false);
            var protocol = await replica.ProtocolAsync(questions).ConfigureAwait(false);
            var answer = await ask(protocol, questions).ConfigureAwait(false);
            await replica.ProveItselfAsync(questions).ConfigureAwait(false);

            // Where the address leads elsewhere by now, another run may have answered.
            return generation.IsCurrent && pin.LastIncarnation == replica.Incarnation ? answer : null;
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            return null;
        }
        catch (Exception exception) when (source.IsServerFailure(exception) || exception is DbException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync).ConfigureAwait(false);
        }
    }
}
