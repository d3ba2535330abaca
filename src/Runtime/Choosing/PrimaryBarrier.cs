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
        pin.Source.HasPositions && (pin.NeedsBarrier || (pin.HasOtherPrimary && session.LossIn(pin.Source) != ReplicaLoss.Redraw));

    /// <summary>Waits, within the session's budget, until the primary shows all that the session saw.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">What it saw.</param>
    /// <param name="connection">A connection on the primary.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ReplicaLostException">The primary is not proved to have it.</exception>
    public static async ValueTask PassAsync(
        ReadSession session,
        SessionPin pin,
        IAskedConnection connection,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var primary = connection.Server;
        var questions = connection.Ask(isAsync, cancellation);
        using var activity = RoutingActivities.Barrier(session.Tags, primary.Tags);
        try
        {
            await AskAsync(session, pin, primary, questions, connection).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RoutingActivities.Failed(activity, exception);
            throw;
        }
    }

    private static async ValueTask AskAsync(
        ReadSession session,
        SessionPin pin,
        RoutedServer primary,
        ServerQuestions questions,
        IAskedConnection connection
    )
    {
        var reads = pin.EndedReads;
        var incarnation = primary.Incarnation;
        var started = pin.Source.Time.GetTimestamp();
        bool hasPassed;
        try
        {
            await ProveKeptAsync(session, pin, primary.Protocol!, questions).ConfigureAwait(false);
            hasPassed = await primary.Protocol!.PassBarrierAsync(questions, session.RemainingWait).ConfigureAwait(false);
        }
        catch (SilentServerException silent)
        {
            connection.Abandon(silent);
            throw LostSession.NotBehindBarrier(session, pin, "The primary did not answer.", silent);
        }
        catch (DbException exception) when (exception is not ReplicaLostException)
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary could not be asked how far it is. Where access was denied, grant the user BINLOG MONITOR (MariaDB) or "
                    + "REPLICATION CLIENT (MySQL).",
                exception
            );
        }
        finally
        {
            var waited = pin.Source.Time.GetElapsedTime(started);
            session.SpendWait(waited);
            RoutingMetrics.RecordWait(primary.Name, waited);
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

        pin.PassedBarrier(incarnation, reads);
    }

    private static async ValueTask ProveKeptAsync(ReadSession session, SessionPin pin, ServerProtocol protocol, ServerQuestions questions)
    {
        if (
            pin is { IsResumed: true, Required: { } carried }
            && !(await protocol.SeenAsync(questions).ConfigureAwait(false)).Contains(carried)
        )
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "Its token names a position that the primary does not have: it comes from another cluster, or the primary has lost it.",
                null
            );
        }

        if (!pin.HasOtherPrimary || session.LossIn(pin.Source) == ReplicaLoss.Redraw)
        {
            return;
        }

        if (!pin.TryTellWanted(session.Consistency == ReadConsistency.Causal, out var wanted))
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary is another server, or another run of it, than when the session began, and nothing tells whether it has what "
                    + "the session saw.",
                null
            );
        }

        if (wanted is not null && !await protocol.HasKeptAsync(questions, wanted, pin.HasRestartedPrimary).ConfigureAwait(false))
        {
            throw LostSession.NotBehindBarrier(
                session,
                pin,
                "The primary is another server, or another run of it, than when the session began, and is not proved to have what the "
                    + "session saw.",
                null
            );
        }
    }
}
