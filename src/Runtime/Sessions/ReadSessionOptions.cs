namespace MonotonicReads;

/// <summary>The policies of a read session where they are not the default.</summary>
public sealed class ReadSessionOptions
{
    /// <summary>
    /// What happens when the session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>. Where the session
    /// joins a running one, the stricter of the two holds.
    /// </summary>
    public ReplicaLoss OnReplicaLoss { get; init; }

    /// <summary>
    /// How long the session may wait for a replica to catch up, in milliseconds and for the whole session.
    /// Default 500; 0 never waits. No guarantee available today waits, so that the value has no effect yet.
    /// </summary>
    public int MaxWaitMilliseconds { get; init; } = 500;
}
