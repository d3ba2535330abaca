using System.Data.Common;
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
    public static bool IsDue(ReadSession session, SessionPin pin) =>
        pin is { IsReturnDue: true, CarriedRun: null, Server.IsPrimary: true } && session.Consistency != ReadConsistency.Primary;

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
        if (pin.TryBeginReturn())
        {
            // Counted before anything is asked: what is read on a replica from now on is in no answer.
            var reads = pin.ReplicaReads;
            (RoutedServer Server, int Incarnation)? found = null;
            var hasReturned = false;
            try
            {
                found = await FindAsync(session, pin, candidates, isAsync, cancellation).ConfigureAwait(false);
            }
            finally
            {
                hasReturned = pin.EndReturn(found, reads);
            }

            if (hasReturned)
            {
                losses.Moved(session, pin, source.Primary, found!.Value.Server, "caught up");
            }
        }

        return pin.Server ?? source.Primary;
    }

    // A look, and no more than a moment's wait: the read can go on where it is.
    private async ValueTask<(RoutedServer Server, int Incarnation)?> FindAsync(
        ReadSession session,
        SessionPin pin,
        IEnumerable<RoutedServer> candidates,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        if (
            pin.NeedsBarrier
            || pin.Doubts.Count > 0
            || source.Primary.Pool.IsFull
            || !await KnowsRequiredAsync(pin, isAsync, cancellation).ConfigureAwait(false)
        )
        {
            return null;
        }

        // What the session saw here every read must contain now, and what it sees from now on is asked for again.
        pin.SeeRequired();
        return await positions
            .FindAnyAsync(session, candidates, pin.Required!, CausalWait.FirstSlice, mayQueue: false, isAsync, cancellation)
            .ConfigureAwait(false);
    }

    private async ValueTask<bool> KnowsRequiredAsync(SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        try
        {
            return await positions.RequirePrimaryAsync(pin, isAsync, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or DbException || source.IsServerFailure(exception))
        {
            // The read that comes now tells what is wrong with it.
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }
}
