namespace MonotonicReads;

/// <summary>
/// The reads of the member are monotonic and see at least the session's own writes.
/// </summary>
/// <remarks>
/// Not yet available at run time: <see cref="ReadSession.Begin(ReadConsistency, Guid?)"/> with
/// <see cref="ReadConsistency.Causal"/> throws <see cref="NotSupportedException"/>. <see cref="PrimaryAttribute"/>
/// gives the guarantee today, at the price of reading on the primary.
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
public sealed class CausalAttribute : Attribute
{
    /// <summary>
    /// How long the session may wait for a replica to catch up, in milliseconds and for the whole session.
    /// Default 500; 0 never waits.
    /// </summary>
    public int MaxWaitMilliseconds { get; set; } = 500;

    /// <summary>What happens when the session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }
}
