using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Lets a replica catch up with what a causal or resumed read must contain, or finds the server to read on instead.</summary>
/// <param name="primary">The primary.</param>
/// <param name="positions">Asks the other servers.</param>
/// <param name="router">Says which there are.</param>
/// <param name="losses">Where moves are noted.</param>
/// <param name="progress">How far behind the replicas are.</param>
/// <param name="primaryPositions">Asks the primary what it has.</param>
/// <remarks>
/// A read waits on its replica for a moment, then asks the others whether one is ahead, and so on at growing intervals while the budget of
/// the read lasts. A replica that is known not to be there in time is not waited for, nor asked; where none can be, the read goes to the
/// primary at once. Of the replicas that have what is needed each gets its share by weight, as in any draw; nobody queues for one whose
/// connections are all in use.
/// </remarks>
internal sealed class CausalWait(
    RoutedServer primary,
    PositionSearch positions,
    ReplicaRouter router,
    ReplicaLosses losses,
    ReplicaProgress progress,
    PrimaryPositions primaryPositions
)
{
    /// <param name="session">The session, with its wait budget.</param>
    /// <param name="pin">What its reads must contain.</param>
    /// <param name="connection">A connection on the session's replica.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The server to read on; null where the replica has caught up.</returns>
    /// <exception cref="ReplicaLostException">Nobody tells what the session wrote, or it has lost its replica and may not move.</exception>
    public async ValueTask<RoutedServer?> CatchUpAsync(
        ReadSession session,
        SessionPin pin,
        IAskedConnection connection,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var replica = connection.Server;
        if (!await KnowsRequiredAsync(session, pin, isAsync, cancellation).ConfigureAwait(false))
        {
            return FallBack(session, pin, replica);
        }

        return pin.Required is not { } required || replica.Reached?.Contains(required) == true
            ? null
            : await SearchAsync(session, pin, connection, required, isAsync, cancellation).ConfigureAwait(false);
    }

    // Here and elsewhere in turn, for longer each time, until one has it or the read's budget is spent.
    private async ValueTask<RoutedServer?> SearchAsync(
        ReadSession session,
        SessionPin pin,
        IAskedConnection connection,
        ReplicationPosition required,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var replica = connection.Server;
        var questions = connection.Ask(isAsync, cancellation);
        var (budget, started) = (session.RemainingWait, pin.Source.Time.GetTimestamp());
        for (var slice = FirstSlice; ; slice *= 2)
        {
            // Of this read: those beside it have their own.
            var left = Longer(TimeSpan.Zero, budget - pin.Source.Time.GetElapsedTime(started));
            var isTooLate = progress.IsTooLate(replica, required, left);
            var isLast = isTooLate || left <= slice;
            ReplicationPosition? wanted;
            ContainedReads reads;
            try
            {
                var wait = isTooLate ? TimeSpan.Zero : Shorter(left, slice);
                if (!isTooLate && await HasReachedAsync(session, connection, questions, required, wait).ConfigureAwait(false))
                {
                    return null;
                }

                // What runs on another connection goes on seeing.
                reads = new(pin.ReplicaReads, Open: connection.ReadsFor(pin) ? 1 : 0);
                wanted = await WithSeenAsync(pin, replica, questions, required).ConfigureAwait(false);
                if (connection.IsOutdated)
                {
                    return null;
                }
            }
            catch (Exception exception) when (connection.IsLostBy(exception, cancellation))
            {
                // Nothing of the caller's was executed: the read goes on elsewhere.
                connection.Abandon(exception as SilentServerException);
                losses.NoteRefusal(session, pin, replica, exception);
                return await router.PinnedAsync(session, pin, [replica], isAsync, cancellation).ConfigureAwait(false);
            }

            if (wanted is null)
            {
                return FallBack(session, pin, replica);
            }

            var others = router.InOrder(session, [replica]);
            var other = await positions
                .ContainingAsync(
                    session,
                    pin,
                    replica,
                    others,
                    wanted,
                    reads,
                    wait: isTooLate ? left : TimeSpan.Zero,
                    isAsync,
                    cancellation
                )
                .ConfigureAwait(false);
            if (other is not null)
            {
                return other;
            }

            if (isLast)
            {
                return FallBack(session, pin, replica);
            }
        }
    }

    // Most replicas are not so far behind; meanwhile another may be ahead.
    public static readonly TimeSpan FirstSlice = TimeSpan.FromMilliseconds(20);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // True also where the connection leads elsewhere than the address by now: the next look at the connection sees to that.
    private async ValueTask<bool> HasReachedAsync(
        ReadSession session,
        IAskedConnection connection,
        ServerQuestions questions,
        ReplicationPosition required,
        TimeSpan wait
    )
    {
        var replica = connection.Server;
        var incarnation = replica.Incarnation;
        var reached = await positions.ReachAsync(session, replica, questions, required, wait).ConfigureAwait(false);
        if (connection.IsOutdated)
        {
            return true;
        }

        replica.Learn(reached, incarnation, questions.Time.GetTimestamp());
        return reached.Contains(required);
    }

    // Null where nothing tells what was seen; where nothing was read on a replica yet, any that contains the writes will do.
    private static async ValueTask<ReplicationPosition?> WithSeenAsync(
        SessionPin pin,
        RoutedServer replica,
        ServerQuestions questions,
        ReplicationPosition required
    )
    {
        if (pin.LastReplica is null)
        {
            return required;
        }

        var protocol = await replica.ProtocolAsync(questions).ConfigureAwait(false);
        return replica.CanTellWhatWasSeen && await protocol.SeenAsync(questions).ConfigureAwait(false) is { } seen
            ? required.Union(seen)
            : null;
    }

    /// <summary>The session reads on the primary, because no replica has in time what it needs, until one has.</summary>
    public RoutedServer FallBack(ReadSession session, SessionPin pin, RoutedServer replica)
    {
        pin.FallBack(session.LossIn(pin.Source));
        if (pin.Loss is { } loss)
        {
            // A read beside it lost the replica, and the policy lets the session go nowhere.
            throw LostSession.Lost(session, loss);
        }

        losses.MovedToBeCaughtUp(session, pin, replica, primary);
        return primary;
    }

    private async ValueTask<bool> KnowsRequiredAsync(ReadSession session, SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        var mustAsk = pin.BindsToRequired(session.SeesOwnWrites) && pin.MustAskPrimary;
        if (session.Moments is { } moments && !moments.AreKnown(pin))
        {
            var began = moments.Begin(pin);
            if (!await RequirePrimaryAsync(session, pin, mustAsk ? null : began, isAsync, cancellation).ConfigureAwait(false))
            {
                return false;
            }

            moments.End(pin, began);
            return true;
        }

        return !mustAsk || await RequirePrimaryAsync(session, pin, since: null, isAsync, cancellation).ConfigureAwait(false);
    }

    // What others asked for contains what the primary had; of what this session wrote meanwhile, only an answer of its own tells.
    private async ValueTask<bool> RequirePrimaryAsync(
        ReadSession session,
        SessionPin pin,
        long? since,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        try
        {
            if (since is not { } moment)
            {
                return await positions.RequirePrimaryAsync(pin, isAsync, cancellation).ConfigureAwait(false);
            }

            if (await primaryPositions.SinceAsync(moment, isAsync, cancellation).ConfigureAwait(false) is not { } position)
            {
                return false;
            }

            pin.Require(position);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException || pin.Source.IsServerFailure(exception))
        {
            cancellation.ThrowIfCancellationRequested();
            throw since is not null
                ? LostSession.PrimaryNotAsked(session, "what it had when this read's session or call began", exception)
                : LostSession.NotBehindBarrier(
                    session,
                    pin,
                    exception is TimeoutException
                        ? "The primary did not answer, and nothing else tells what the session wrote there."
                        : "The primary could not be asked, and nothing else tells what the session wrote there.",
                    exception
                );
        }
    }
}
