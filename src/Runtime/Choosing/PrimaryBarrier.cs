using System.Data.Common;
using MonotonicReads.Observability;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>
/// What a session's first read on the primary goes behind, after reads on a replica: the primary can be behind its replicas, for a moment
/// while it commits, or for good when it is another one or another run.
/// </summary>
internal static class PrimaryBarrier
{
    /// <summary>Whether the session must pass it. A primary that is another run of the server is behind it too until it is proved to have
    /// what was seen.</summary>
    public static bool IsNeeded(ReadSession session, SessionPin pin) =>
        pin.Source.HasPositions && (pin.NeedsBarrier || pin.Doubts.Count > 0 || HasOtherPrimary(session, pin));

    // A policy that accepts every server needs no proof.
    private static bool HasOtherPrimary(ReadSession session, SessionPin pin) =>
        pin.HasOtherPrimary && session.LossIn(pin.Source) != ReplicaLoss.Redraw;

    /// <summary>Waits, within the session's budget, until the primary shows all that the session saw.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">What it saw.</param>
    /// <param name="connection">A connection on the primary.</param>
    /// <param name="positions">Asks the replica.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ReplicaLostException">The primary is not proved to have it.</exception>
    public static async ValueTask PassAsync(
        ReadSession session,
        SessionPin pin,
        IAskedConnection connection,
        PositionSearch positions,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var primary = connection.Server;
        var questions = connection.Ask(isAsync, cancellation);
        using var activity = RoutingActivities.Barrier(session.Tags, primary.Tags);
        try
        {
            var evidence = await EvidenceAsync(session, pin, positions, isAsync).ConfigureAwait(false);
            await AskAsync(session, pin, evidence, questions, connection).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RoutingActivities.Failed(activity, exception);
            throw;
        }
    }

    // What the primary must have of the replica; nothing where nothing was seen there, or where it is known to have all that this run of
    // the replica holds.
    private static async ValueTask<Evidence> EvidenceAsync(ReadSession session, SessionPin pin, PositionSearch positions, bool isAsync)
    {
        if ((!pin.NeedsBarrier && !HasOtherPrimary(session, pin)) || pin.LastReplica is not { } replica)
        {
            return default;
        }

        var isWell = replica.IsPromoted || (replica.IsAvailable(pin.Source.Time) && !replica.IsGone(pin.Source.Time));
        if (isWell && await positions.HeldAsync(pin, replica, isAsync).ConfigureAwait(false) is { } held)
        {
            return new Evidence(held, Seen: null);
        }

        return WithoutAnswer(session, pin, replica);
    }

    // What is known although the replica cannot be asked.
    private static Evidence WithoutAnswer(ReadSession session, SessionPin pin, RoutedServer replica)
    {
        if (replica.IsPromoted || ReplicaProof.WasDiverged(pin, replica))
        {
            throw LostSession.NotBehindBarrier(session, pin, "The replica holds, or may hold, what the primary lacks.", null);
        }

        return pin.Seen is { } seen ? new Evidence(Held: null, seen)
            : ReplicaProof.IsInPrimary(pin, replica) ? new Evidence(ReplicaProof.LastHeldBy(pin, replica), Seen: null)
            : throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary is another server, or another run of it, than before, and nothing tells whether it has what the session saw.",
                null
            );
    }

    /// <summary>What the primary must have.</summary>
    /// <param name="Held">All that the replica holds; null where it cannot be asked.</param>
    /// <param name="Seen">What the session saw; null where that is not needed, or not known.</param>
    private readonly record struct Evidence(ReplicationPosition? Held, ReplicationPosition? Seen);

    // However short the session's budget is: a commit on its way takes so long, and it is no replication that is waited for.
    private static readonly TimeSpan ForCommits = TimeSpan.FromMilliseconds(250);

    private static async ValueTask AskAsync(
        ReadSession session,
        SessionPin pin,
        Evidence evidence,
        ServerQuestions questions,
        IAskedConnection connection
    )
    {
        var primary = connection.Server;
        var reads = pin.EndedReads;
        var started = pin.Source.Time.GetTimestamp();
        RoutedServer.KnownRun run;
        bool hasPassed;
        try
        {
            // Through a proxy nobody may have met it yet.
            var protocol = await primary.ProtocolAsync(questions).ConfigureAwait(false);
            run = primary.Run;
            await ProveKeptAsync(session, pin, evidence, protocol, questions).ConfigureAwait(false);
            var budget = session.RemainingWait > ForCommits ? session.RemainingWait : ForCommits;
            hasPassed = await protocol.PassBarrierAsync(questions, budget).ConfigureAwait(false);
        }
        catch (SilentServerException silent)
        {
            connection.Abandon(silent);
            throw LostSession.NotBehindBarrier(session, pin, "The primary did not answer.", silent);
        }
        catch (DbException exception) when (exception is not (ReplicaLostException or ReadOnlyPrimaryException))
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary could not be asked how far it is. Where access was denied, grant the user BINLOG MONITOR (MariaDB) or "
                    + "REPLICATION CLIENT (MySQL).",
                exception
            );
        }
        catch (InvalidOperationException exception) when (connection.IsLostBy(exception, CancellationToken.None))
        {
            throw LostSession.NotBehindBarrier(session, pin, "The connection to the primary broke.", exception);
        }
        finally
        {
            var waited = pin.Source.Time.GetElapsedTime(started);
            session.SpendWait(waited);
            RoutingMetrics.RecordWait(pin.Source.Name.Name, primary.Name, waited);
        }

        if (!hasPassed)
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary has not committed in time what it already sent to its replicas.",
                null
            );
        }

        if (connection.IsOutdated)
        {
            throw LostSession.PrimaryReplaced(session);
        }

        pin.PassedBarrier(run, reads);
    }

    private static async ValueTask ProveKeptAsync(
        ReadSession session,
        SessionPin pin,
        Evidence evidence,
        ServerProtocol protocol,
        ServerQuestions questions
    )
    {
        var seesOwnWrites = session.SeesOwnWrites;
        var isOther = HasOtherPrimary(session, pin);
        if (isOther && !pin.TellsOfPrimary(seesOwnWrites))
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary is another server, or another run of it, than when the session began, and nothing tells whether it has what "
                    + "the session saw.",
                null
            );
        }

        if (pin.CarriedRun is { Length: > 0 } run && run != pin.Source.Primary.Run.Name)
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "Its token says that only the primary which it came from will do, and the primary is another one, or another run of it.",
                null
            );
        }

        var carried = pin.IsResumed || (isOther && pin.BindsToRequired(seesOwnWrites)) ? pin.Required : null;
        if (carried is not null && !await protocol.HasKeptAsync(questions, carried, pin.HasRestartedPrimary).ConfigureAwait(false))
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                pin.IsResumed
                    ? $"Its token names a position that the primary of {pin.Source.Name} does not have: it comes from another cluster "
                        + "whose data source has the same name (give each its own by UseName), or the primary has lost it."
                    : "The primary is another server, or another run of it, than when the session began, and is not proved "
                        + "to have what the "
                        + "session wrote.",
                null
            );
        }

        if (!await HasKeptAsync(pin, evidence, protocol, questions).ConfigureAwait(false))
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary is not proved to have what the session saw there: it is another server, or another run of "
                    + "it, than the one that "
                    + "the replica had it from.",
                null
            );
        }
    }

    private static async ValueTask<bool> HasKeptAsync(SessionPin pin, Evidence evidence, ServerProtocol protocol, ServerQuestions questions)
    {
        if (evidence.Held is not { } held)
        {
            return evidence.Seen is null
                || await protocol.HasKeptAsync(questions, evidence.Seen, pin.HasRestartedPrimary).ConfigureAwait(false);
        }

        // What a crash took away the log still has.
        return !await protocol.LacksAsync(questions, held).ConfigureAwait(false)
            && (
                !pin.HasRestartedPrimary
                || await protocol.HasKeptAsync(questions, protocol.Parse(""), wasRestarted: true).ConfigureAwait(false)
            );
    }
}
