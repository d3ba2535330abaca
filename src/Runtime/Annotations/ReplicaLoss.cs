namespace MonotonicReads;

/// <summary>
/// What a read session does when its replica is gone, removed, drained or too far behind. Whatever the policy, a
/// session never changes server silently: an event, a log record and a metric say so.
/// </summary>
public enum ReplicaLoss
{
    /// <summary>
    /// Move to the primary, behind a barrier: it waits until the primary has committed all that it sent to its replicas.
    /// <see cref="ReplicaLostException"/> where that takes longer than the session may wait, where the primary was
    /// replaced since and is not proved to have what the session saw, and with a provider whose servers tell no position.
    /// A session that has read nothing yet is drawn again, and goes to the primary when no replica is available.
    /// </summary>
    Primary = 0,

    /// <summary>
    /// Move to the first replica, in the selector's order, that has everything the session saw, otherwise to the primary
    /// as under <see cref="Primary"/>. Costs a round trip for each connection that was read on, which asks what it saw.
    /// </summary>
    CaughtUp,

    /// <summary>Throw <see cref="ReplicaLostException"/>. Never moves to the primary.</summary>
    Fail,

    /// <summary>Draw another replica; monotonicity is lost at that moment. What Shopify's fork of ProxySQL does.</summary>
    Redraw,

    /// <summary>
    /// Run the call once more from its beginning, in a new session on another replica: at most twice, the last time under
    /// <see cref="Primary"/>, and never after a result was handed out. For members that only read; rule MR1011 looks after that.
    /// </summary>
    /// <remarks>
    /// The wrapper does it, and <see cref="RestartableReads"/>. A session that is begun by hand or resumed can be run again by nobody but
    /// who began it: it throws <see cref="ReplicaLostException"/>. A call that joins a running session stays in that one, which saw what
    /// cannot be taken back, and does what its policy says.
    /// </remarks>
    Restart = 4,
}
