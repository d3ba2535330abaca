using System.Globalization;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>The exceptions of a session that cannot go on, in the words of its user.</summary>
internal static class LostSession
{
    public static ReplicaLostException Lost(ReadSession session, PinLoss loss, string? why = null)
    {
        var how = loss.Reason switch
        {
            ReplicaLossReason.OpenFailed => "it can no longer be opened",
            ReplicaLossReason.ConnectionBroken => "the connection broke while the session read",
            ReplicaLossReason.Removed => "it was removed or drained",
            ReplicaLossReason.Silent => "it stopped answering",
            ReplicaLossReason.TooStale => "its state is not known to be as fresh as the session asks for",
            ReplicaLossReason.TooFarBehind => "it is too far behind the primary",
            _ => "it was restarted or replaced, and may have gone back",
        };
        return new ReplicaLostException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Read session {session.Id} has read on replica '{loss.Replica}' and lost it: {how}.{why} Run the unit of work again in a "
                    + $"new session."
            ),
            session.Id,
            loss.Replica,
            loss.Exception
        );
    }

    /// <summary>The session would have to read on the primary, and the primary may be behind what it saw.</summary>
    public static ReplicaLostException NotBehindBarrier(ReadSession session, SessionPin pin, string why, Exception? exception) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Read session {session.Id} {Past(pin)} and must go on on the primary. {why} Run the unit of work again in a new session."
            ),
            session.Id,
            pin.LastReplica?.Name,
            exception
        );

    /// <summary>Only the primary can tell what a replica must have, and it does not.</summary>
    /// <param name="session">The session.</param>
    /// <param name="what">What it should have told.</param>
    /// <param name="exception">What came instead of its answer.</param>
    public static ReplicaLostException PrimaryNotAsked(ReadSession session, string what, Exception exception) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The primary {(exception is TimeoutException ? "did not answer" : "could not be asked")} for read session {session.Id}, "
                    + $"and nothing else tells {what}. The read was not sent. Run the unit of work again in a new session."
            ),
            session.Id,
            replica: null,
            exception
        );

    /// <summary>An open connection leads to a server that is the primary no more.</summary>
    public static ReplicaLostException PrimaryReplaced(ReadSession session) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Read session {session.Id} uses an open connection to a server that was the primary: the primary's "
                    + $"address leads to another "
                    + $"one by now, or to another run of it. What was begun on the connection cannot go on. Run the unit of "
                    + $"work again in a new "
                    + $"session."
            ),
            session.Id,
            replica: null,
            innerException: null
        );

    /// <summary>The policy keeps a session from the primary, and nothing else takes it.</summary>
    public static ReplicaLostException NoReplica(ReadSession session, bool isForFreshness) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"No replica is {(isForFreshness ? "known to be fresh enough" : "available")} for read session {session.Id}, "
                    + $"and its policy ReplicaLoss.Fail keeps it from the primary."
            ),
            session.Id,
            replica: null,
            innerException: null
        );

    /// <summary>The connection is on a replica where the session does not read.</summary>
    public static InvalidOperationException OpenedOutside(ReadSession session, RoutedServer replica, SessionPin pin) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"This connection was opened outside read session {session.Id}, on replica '{replica.Name}', and the session reads "
                    + $"on '{pin.Server?.Name}'. Open the connection inside the session."
            )
        );

    /// <summary>The driver's connection leads to a replica, or a run of it, that is lost: a statement of ours would move.</summary>
    public static InvalidOperationException NotHandedOut(ReadSession session, RoutedServer replica) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The driver's connection is not handed out in read session {session.Id}: replica '{replica.Name}' is lost to the session, "
                    + $"or its address leads to another server by now, or to another run of it. Close it and open it again."
            )
        );

    /// <summary>A server answered a question of ours too late, and no other can answer it.</summary>
    public static ReplicaLostException Unanswered(ReadSession? session, Exception exception) =>
        new(
            "A server did not answer in time what it was asked before the statement, which was not sent. Run the unit of work again in a "
                + "new session.",
            session?.Id ?? Guid.Empty,
            replica: null,
            exception
        );

    private static string Past(SessionPin pin) =>
        pin.LastReplica is { } replica ? $"has read on replica '{replica.Name}'"
        : pin.IsResumed ? "was resumed"
        : "has used the primary";
}
