namespace MonotonicReads;

/// <summary>
/// What a read session does when its replica is gone, removed, drained or too far behind. Whatever the policy, a
/// session never changes server silently: an event, a log record and a metric say so.
/// </summary>
public enum ReplicaLoss
{
    /// <summary>
    /// Move to the primary, behind a barrier that makes sure that the primary is not behind what the session saw.
    /// The barrier does not exist yet. Until it does, a session that has read on the lost replica gets
    /// <see cref="ReplicaLostException"/>, exactly as under <see cref="Fail"/>; a session that has read nothing yet is
    /// drawn again, and goes to the primary when no replica is available.
    /// </summary>
    Primary = 0,

    /// <summary>
    /// Move to the first replica, in the selector's order, that has everything the session saw. Not yet available:
    /// beginning a session with it throws <see cref="NotSupportedException"/>.
    /// </summary>
    CaughtUp,

    /// <summary>Throw <see cref="ReplicaLostException"/>. Never moves to the primary.</summary>
    Fail,

    /// <summary>
    /// Draw another replica; monotonicity is lost. Not yet available: beginning a session with it throws
    /// <see cref="NotSupportedException"/>.
    /// </summary>
    Redraw,
}
