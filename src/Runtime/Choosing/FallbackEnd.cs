using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Lets a session that reads on the primary, because no replica had in time what it must see, back to one that has.</summary>
/// <param name="source">The data source.</param>
/// <param name="positions">Asks the servers.</param>
/// <param name="losses">Where moves are noted.</param>
internal sealed class FallbackEnd(ISessionSource source, PositionSearch positions, ReplicaLosses losses)
{
    /// <summary>Whether it is time to look.</summary>
    public bool IsDue(ReadSession session, SessionPin pin) =>
        pin.Fallback.IsDue(source.Time) && pin.Server is { IsPrimary: true } && session.Consistency != ReadConsistency.Primary;

    /// <summary>Looks for a replica that has all that the session saw on the primary; it goes on there.</summary>
    /// <param name="session">The session, with its wait budget.</param>
    /// <param name="pin">Where it reads.</param>
    /// <param name="candidates">The replicas, in the selector's order.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the questions.</param>
    /// <returns>Where it reads now.</returns>
    public async ValueTask<RoutedServer> ReturnAsync(
        ReadSession session,
        SessionPin pin,
        IEnumerable<RoutedServer> candidates,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        // Reads beside this one stay on the primary meanwhile.
        pin.Fallback.TryAgainLater(source.Time);
        if (!pin.NeedsBarrier && await KnowsRequiredAsync(pin, isAsync, cancellation).ConfigureAwait(false))
        {
            // What the session saw here every read must contain now, and what it sees from now on is asked for again.
            pin.SeeRequired();
            var reads = pin.ReplicaReads;
            var found = await positions
                .FindAnyAsync(session, candidates, pin.Required!, waits: true, isAsync, cancellation)
                .ConfigureAwait(false);
            if (found is var (replica, incarnation) && pin.TryMove(source.Primary, replica, incarnation, forgetsReads: false, reads))
            {
                pin.Fallback.End();
                losses.Moved(session, pin, source.Primary, replica, "caught up");
            }
        }

        return pin.Server ?? source.Primary;
    }

    private async ValueTask<bool> KnowsRequiredAsync(SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        try
        {
            return await positions.RequirePrimaryAsync(pin, isAsync, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException || source.IsServerFailure(exception))
        {
            // The read that comes now tells what is wrong with it.
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }
}
