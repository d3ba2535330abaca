using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Lets a replica catch up with what a causal or resumed read must contain, or finds the server to read on instead.</summary>
/// <param name="primary">The primary.</param>
/// <param name="positions">Asks the other servers.</param>
/// <param name="router">Says which there are.</param>
/// <param name="losses">Where moves are noted.</param>
internal sealed class CausalWait(RoutedServer primary, PositionSearch positions, ReplicaRouter router, ReplicaLosses losses)
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
        if (
            pin.BindsToRequired(session.SeesOwnWrites)
            && pin.MustAskPrimary
            && !await RequirePrimaryAsync(session, pin, isAsync, cancellation).ConfigureAwait(false)
        )
        {
            return FallBack(session, pin, replica);
        }

        if (pin.Required is not { } required || replica.Reached?.Contains(required) == true)
        {
            return null;
        }

        var questions = connection.Ask(isAsync, cancellation);
        long reads;
        try
        {
            var incarnation = replica.Incarnation;
            var reached = await positions.ReachAsync(session, replica, questions, required, session.RemainingWait).ConfigureAwait(false);
            if (connection.IsOutdated)
            {
                // Another server has said it than the address leads to: the next look at the connection sees to that.
                return null;
            }

            replica.Learn(reached, incarnation);
            if (reached.Contains(required))
            {
                return null;
            }

            // Where nothing was read on a replica yet, any that contains the writes will do.
            reads = pin.ReplicaReads;
            if (pin.LastReplica is not null)
            {
                var protocol = await replica.ProtocolAsync(questions).ConfigureAwait(false);
                if (!replica.CanTellWhatWasSeen || await protocol.SeenAsync(questions).ConfigureAwait(false) is not { } seen)
                {
                    return FallBack(session, pin, replica);
                }

                required = required.Union(seen);
            }
        }
        catch (Exception exception) when (connection.IsLostBy(exception, cancellation))
        {
            // Nothing of the caller's was executed: the read goes on elsewhere.
            connection.Abandon(exception as SilentServerException);
            losses.NoteRefusal(session, pin, replica, exception);
            return await router.PinnedAsync(session, pin, [replica], isAsync, cancellation).ConfigureAwait(false);
        }

        var others = router.InOrder(session, [replica]);
        return await positions.ContainingAsync(session, pin, replica, others, required, reads, isAsync, cancellation).ConfigureAwait(false)
            ?? FallBack(session, pin, replica);
    }

    /// <summary>The session reads on the primary from now on, because its replica has not what it needs.</summary>
    public RoutedServer FallBack(ReadSession session, SessionPin pin, RoutedServer replica)
    {
        pin.BindPrimary(session.LossIn(pin.Source));
        losses.MovedToBeCaughtUp(session, pin, replica, primary);
        return primary;
    }

    private async ValueTask<bool> RequirePrimaryAsync(ReadSession session, SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        try
        {
            return await positions.RequirePrimaryAsync(pin, isAsync, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException || pin.Source.IsServerFailure(exception))
        {
            cancellation.ThrowIfCancellationRequested();
            throw LostSession.NotBehindBarrier(
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
