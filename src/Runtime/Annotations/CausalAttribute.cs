namespace MonotonicReads;

/// <summary>
/// The reads of the member are monotonic and see at least the session's own writes.
/// </summary>
/// <remarks>
/// <para>The session's writes are those that it makes through the data source. A read waits on its replica until that has
/// applied them, at most <see cref="MaxWaitMilliseconds"/>, and goes to another replica that has them, and what the session saw,
/// before that; otherwise to the primary, until a replica has them. What was written elsewhere is told by
/// <see cref="ReadSession.ObserveWrite(ReplicationPosition, ReplicatedDataSource?)"/>; after a write that nobody told of, nothing is
/// promised.</para>
/// <para>With a provider whose servers tell no position, reads after a write go to the primary.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
public sealed class CausalAttribute : Attribute
{
    /// <summary>
    /// How long each read may wait for a replica to catch up, in milliseconds. Default 500; 0 never waits.
    /// </summary>
    public int MaxWaitMilliseconds { get; set; } = 500;

    /// <summary>What happens when the session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>
    /// How many reads a call makes one after the other; 0, the default, where that is not said. The
    /// wrapper keeps the connection between them; see <see cref="ReadSessionOptions.Reads"/>.
    /// </summary>
    public int Reads { get; set; }

    /// <summary>
    /// How old the state that a read shows may be when it starts, in milliseconds; 0, the default, for any age. See
    /// <see cref="ReadSessionOptions.MaxStalenessMilliseconds"/>.
    /// </summary>
    public int MaxStalenessMilliseconds { get; set; }
}
