namespace MonotonicReads;

/// <summary>The policies of a read session where they are not the default.</summary>
public sealed class ReadSessionOptions
{
    internal const int DefaultMaxWaitMilliseconds = 500;

    /// <summary>
    /// What happens when the session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>. Where the session
    /// joins a running one, the stricter of the two holds.
    /// </summary>
    public ReplicaLoss OnReplicaLoss { get; init; }

    /// <summary>
    /// How long the session may wait in all, in milliseconds: for a replica to catch up with its writes or with what it
    /// saw, and for the primary's barrier. Default 500; 0 never waits. Where the session joins a running one, the shorter
    /// of the two holds.
    /// </summary>
    public int MaxWaitMilliseconds { get; init; } = DefaultMaxWaitMilliseconds;
}
