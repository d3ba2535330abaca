using MonotonicReads.Observability;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Takes note of servers that fail and of sessions that lose theirs or go elsewhere, once for each, and says so.</summary>
/// <param name="source">The data source of the servers.</param>
/// <param name="reports">Where it is said.</param>
internal sealed class ReplicaLosses(ISessionSource source, RoutingReports reports)
{
    /// <summary>How long a server that refused is left out of new draws.</summary>
    public static readonly TimeSpan UnavailableFor = TimeSpan.FromSeconds(5);

    /// <summary>A replica is lost for a session that has read on it.</summary>
    public void Lose(ReadSession session, SessionPin pin, RoutedServer replica, ReplicaLossReason reason, Exception? exception)
    {
        var loss = new PinLoss(replica, reason, exception);
        if (pin.TryLose(replica, loss))
        {
            reports.ReplicaLost(session.Id, replica.Name, loss.Why, session.LossIn(pin.Source), exception);
        }
    }

    /// <summary>A replica refused to open, or stopped answering: it takes no new sessions for a while.</summary>
    /// <param name="session">The session that it was for; null outside one.</param>
    /// <param name="pin">Where the session reads; null where the replica was only asked.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="exception">What it refused with.</param>
    public void NoteRefusal(ReadSession? session, SessionPin? pin, RoutedServer replica, Exception exception)
    {
        replica.MarkUnavailable(source.Time, UnavailableFor);
        if (pin is null || pin.TryLeave(replica))
        {
            reports.ReplicaUnavailable(
                session?.Id,
                replica.Name,
                PinLoss.Text(ReplicaLossReason.OpenFailed),
                session?.LossIn(source),
                exception
            );
            return;
        }

        var reason = exception switch
        {
            SilentServerException => ReplicaLossReason.Silent,
            ObjectDisposedException => ReplicaLossReason.Removed,
            _ => ReplicaLossReason.OpenFailed,
        };
        Lose(session!, pin, replica, reason, exception);
    }

    /// <summary>A session reads on another server from now on.</summary>
    public void Moved(
        ReadSession session,
        SessionPin pin,
        RoutedServer from,
        RoutedServer to,
        string reason,
        Exception? exception = null
    ) => reports.Moved(session.Id, from.Name, to.Name, to.IsPrimary, reason, session.LossIn(pin.Source), exception);

    /// <summary>A session goes elsewhere because its replica has not what its reads must contain.</summary>
    public void MovedToBeCaughtUp(ReadSession session, SessionPin pin, RoutedServer from, RoutedServer to) =>
        Moved(session, pin, from, to, "not caught up");
}
