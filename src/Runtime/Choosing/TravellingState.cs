using System.Data.Common;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>What a session's token says of a data source: a position that contains what the session saw and wrote, or, where that is not
/// to be learned, the run of the primary that has it.</summary>
/// <param name="source">The data source.</param>
/// <param name="positions">Asks its servers; null where they tell no position.</param>
/// <param name="tellsRuns">Whether the primary tells which run of it answers.</param>
internal sealed class TravellingState(ISessionSource source, PositionSearch? positions, bool tellsRuns)
{
    /// <returns>Null where the session saw and wrote nothing here.</returns>
    public async ValueTask<SourceState?> OfAsync(SessionPin pin, bool isAsync, CancellationToken cancellation)
    {
        if (pin.LastReplica is null && pin.Required is null && !pin.MustAskPrimary && !pin.HasReadPrimary && !pin.IsResumed)
        {
            return null;
        }

        if (IsUnproved(pin) && pin.CarriedRun is { } carried)
        {
            // Whatever happened here: what it came with has not been seen yet.
            return new SourceState(source.Name.Text, Position: null) { PrimaryRun = carried };
        }

        // Asked first: who was promoted says so when it is.
        var position = positions is null ? null : await PositionAsync(positions, pin, isAsync, cancellation).ConfigureAwait(false);
        var isInPrimary = await IsInPrimaryAsync(pin, position is not null, isAsync, cancellation).ConfigureAwait(false);
        return new SourceState(source.Name.Text, position) { PrimaryRun = RunOf(pin, isInPrimary) };
    }

    // What the session came with is proved where it has passed the barrier, and by a read on a replica.
    private static bool IsUnproved(SessionPin pin) =>
        pin.IsResumed && pin.NeedsBarrier && (pin.LastReplica is null || pin is { CarriedRun: not null, Server.IsPrimary: true });

    // The run of the primary that has all, where the position is not known or becomes too long.
    private string RunOf(SessionPin pin, bool isInPrimary) =>
        !isInPrimary || (tellsRuns && pin.PrimaryRun.Length == 0) ? SourceState.None : pin.PrimaryRun;

    // A primary that was read behind the barrier has what the replica had. Of one that cannot be asked any more nothing is known but what
    // it told last: it may have been written to since it was compared.
    private async ValueTask<bool> IsInPrimaryAsync(SessionPin pin, bool isPositionKnown, bool isAsync, CancellationToken cancellation)
    {
        if (!pin.NeedsBarrier || (pin.LastReplica is null && !pin.IsResumed) || !pin.Source.HasPositions)
        {
            return true;
        }

        if (pin.LastReplica is not { } replica || pin.HasOtherPrimary || !ReplicaProof.IsInPrimary(pin, replica))
        {
            return false;
        }

        return isPositionKnown
            || ReplicaProof.LastHeldBy(pin, replica) is not { } held
            || await HasAsync(held, isAsync, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<bool> HasAsync(ReplicationPosition held, bool isAsync, CancellationToken cancellation)
    {
        try
        {
            var (lacks, _) = await AskedServer
                .AskAsync(
                    source,
                    source.Primary,
                    (primary, questions) => primary.Protocol is { } protocol ? protocol.LacksAsync(questions, held) : new(true),
                    isAsync,
                    cancellation
                )
                .ConfigureAwait(false);
            return !lacks;
        }
        catch (Exception exception) when (IsNoAnswer(exception))
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    private async ValueTask<ReplicationPosition?> PositionAsync(
        PositionSearch positions,
        SessionPin pin,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        ReplicationPosition? seen = null;
        var readsReplica = pin.LastReplica is not null && (pin.NeedsBarrier || pin.Server is not { IsPrimary: true });
        if (readsReplica)
        {
            seen = await SeenAsync(positions, pin, pin.LastReplica!, isAsync).ConfigureAwait(false);
        }

        if (
            (pin.MustAskPrimary || pin.HasReadPrimary)
            && !await IsRequiredKnownAsync(positions, pin, isAsync, cancellation).ConfigureAwait(false)
        )
        {
            return null;
        }

        var wanted = pin.Required;
        return !readsReplica ? wanted
            : seen is null ? null
            : wanted?.Union(seen) ?? seen;
    }

    // One that was promoted has told what it holds before it was refused.
    private static async ValueTask<ReplicationPosition?> SeenAsync(
        PositionSearch positions,
        SessionPin pin,
        RoutedServer replica,
        bool isAsync
    ) =>
        await positions.SeenAsync(pin, replica, isAsync).ConfigureAwait(false)
        ?? (replica.IsPromoted && pin.LastIncarnation == replica.Incarnation ? replica.Held : null)
        ?? pin.Seen;

    private async ValueTask<bool> IsRequiredKnownAsync(
        PositionSearch positions,
        SessionPin pin,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        try
        {
            return await positions.RequirePrimaryAsync(pin, isAsync, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsNoAnswer(exception))
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    // A pool that is used up is no failure of the server, and tells as little. Who has given up is told that; nobody else asks for a token
    // to learn it.
    private bool IsNoAnswer(Exception exception) =>
        source.IsServerFailure(exception) || exception is InvalidOperationException or DbException;
}
