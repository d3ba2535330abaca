using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Keeps the reads of sessions that bound the age of what they see from replicas that are older, or may be.</summary>
/// <param name="source">The data source.</param>
/// <param name="age">What is known of the replicas' age.</param>
/// <param name="progress">How far behind they are.</param>
/// <param name="losses">Where it is noted that a session leaves its replica.</param>
/// <param name="positions">Asks the replicas; null where they tell no position.</param>
/// <param name="primaryPositions">Asks the primary.</param>
internal sealed class Freshness(
    ISessionSource source,
    StateAge age,
    ReplicaProgress progress,
    ReplicaLosses losses,
    PositionSearch? positions,
    PrimaryPositions primaryPositions
)
{
    // A clock that is set on all the time is none.
    private const int MostAgain = 2;

    /// <summary>Whether it is surely the replica that answers when it is asked.</summary>
    public bool AreServersNamed { get; init; }

    /// <summary>Whether a read may not run on a replica before that has proved something.</summary>
    public bool MustProve(ReadSession session, RoutedServer replica) =>
        session.Policies.MaxStaleness is { } bound && !age.IsFresh(replica, bound);

    /// <summary>The replicas that a session had better not draw: those that are not known to be fresh enough.</summary>
    /// <returns>Null where the session does not mind.</returns>
    public List<RoutedServer>? NotKnownFresh(ReadSession session, RoutedServer[] replicas) =>
        session.Policies.MaxStaleness is { } bound ? [.. replicas.Where(replica => !age.IsFresh(replica, bound))] : null;

    /// <summary>Of these the ones that need not be asked: nobody can prove it, or they were too far behind a moment ago.</summary>
    public List<RoutedServer> Hopeless(ReadSession session, List<RoutedServer> notKnownFresh)
    {
        if (positions is null || !AreServersNamed || primaryPositions.TellsNone)
        {
            return notKnownFresh;
        }

        var wanted = age.Wanted(session.Policies.MaxStaleness!.Value);
        return [.. notKnownFresh.Where(replica => wanted is var (young, _) && progress.IsTooLate(replica, young, CausalWait.FirstSlice))];
    }

    /// <summary>Asks a replica, and the primary where nobody has lately, whether it is fresh enough, and gives it a moment to be.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">Where it reads.</param>
    /// <param name="connection">A connection on the replica.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the questions.</param>
    /// <returns>Whether the read may run there. Where not, the session has left it, or lost it where it has read there.</returns>
    /// <exception cref="ReplicaLostException">The primary cannot be asked.</exception>
    public async ValueTask<bool> ProveAsync(
        ReadSession session,
        SessionPin pin,
        IAskedConnection connection,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var (replica, bound) = (connection.Server, session.Policies.MaxStaleness!.Value);
        try
        {
            if (await IsProvedAsync(session, pin, connection, bound, isAsync, cancellation).ConfigureAwait(false))
            {
                return true;
            }
        }
        catch (Exception exception) when (connection.IsLostBy(exception, cancellation))
        {
            // Nothing of the caller's was executed: the read goes on elsewhere.
            connection.Abandon(exception as SilentServerException);
            losses.NoteRefusal(session, pin, replica, exception);
            return false;
        }

        if (!connection.IsOutdated && !pin.TryLeave(replica))
        {
            losses.Lose(session, pin, replica, ReplicaLossReason.TooStale, exception: null);
        }

        return false;
    }

    private async ValueTask<bool> IsProvedAsync(
        ReadSession session,
        SessionPin pin,
        IAskedConnection connection,
        TimeSpan bound,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        if (positions is null || !AreServersNamed)
        {
            return false;
        }

        var replica = connection.Server;

        // The read can go elsewhere: where nothing was read yet, that costs nothing but the opening.
        var (patience, started) = (pin.LastReplica is null ? CausalWait.FirstSlice : session.RemainingWait, source.Time.GetTimestamp());
        var again = MostAgain;
        for (var wait = TimeSpan.Zero; ; )
        {
            var forgotten = age.Forgotten;
            if (!await KnowsPrimaryAsync(session, bound, isAsync, cancellation).ConfigureAwait(false))
            {
                return false;
            }

            if (age.Wanted(bound) is not var (young, left))
            {
                if (WasForgotten(forgotten, ref again))
                {
                    continue;
                }

                return false;
            }

            var incarnation = replica.Incarnation;
            wait = left < wait ? left : wait;
            var reached = await positions
                .ReachAsync(session, replica, connection.Ask(isAsync, cancellation), young, wait)
                .ConfigureAwait(false);
            if (connection.IsOutdated)
            {
                return false;
            }

            replica.Learn(reached, incarnation, source.Time.GetTimestamp());
            if (age.IsFresh(replica, bound))
            {
                return true;
            }

            if (WasForgotten(forgotten, ref again))
            {
                continue;
            }

            // One question first, and then as long as it may take.
            wait = Smaller(patience - source.Time.GetElapsedTime(started), session.RemainingWait);
            if (wait <= TimeSpan.Zero || progress.IsTooLate(replica, young, wait))
            {
                return false;
            }
        }
    }

    // The clock of the day was set on meanwhile, or the machine was suspended: what was asked before is asked again, and says nothing of
    // the replica.
    private bool WasForgotten(int before, ref int again) => age.Forgotten != before && again-- > 0;

    private static TimeSpan Smaller(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async ValueTask<bool> KnowsPrimaryAsync(ReadSession session, TimeSpan bound, bool isAsync, CancellationToken cancellation)
    {
        if (age.Wanted(bound) is not null)
        {
            return true;
        }

        try
        {
            var now = source.Time.GetTimestamp();
            return await primaryPositions.SinceAsync(now, isAsync, cancellation).ConfigureAwait(false) is not null;
        }
        catch (Exception exception) when (exception is TimeoutException || source.IsServerFailure(exception))
        {
            cancellation.ThrowIfCancellationRequested();
            throw LostSession.PrimaryNotAsked(session, "how old a replica's state is", exception);
        }
    }
}
