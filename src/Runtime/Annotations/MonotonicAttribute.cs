namespace MonotonicReads;

/// <summary>
/// The reads of the member are monotonic: a later read never sees an older state than an earlier one, because all of
/// them run on one replica, drawn by the weighted hash of the read session's UUID.
/// </summary>
/// <remarks>
/// The annotation takes effect through the generated wrapper (<c>ConsistentX</c> for <c>X</c>), registered by
/// <c>AddConsistentRepositories()</c>. On an assembly it only states that the entry points open sessions; nothing is
/// generated for it. A member inside a running session joins it. The name follows "monotonic reads" of Terry et al.,
/// Session Guarantees for Weakly Consistent Replicated Data (1994).
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
public sealed class MonotonicAttribute : Attribute
{
    /// <summary>
    /// The name of the parameter from which the session's UUID is derived (RFC 9562, version 5), or
    /// <see langword="null"/> (the default) for a random one.
    /// </summary>
    /// <remarks>
    /// The same key draws the same replica wherever replicas, weights, order and availability agree. The guarantee
    /// still holds within one session only, and each call is one: two calls with the same key are two sessions, and nothing keeps the
    /// second from an older state where the replica of the first is gone. Across calls a session goes on by its token. An argument
    /// that is <see langword="null"/> at run time raises <see cref="ArgumentNullException"/>.
    /// </remarks>
    public string? Key { get; set; }

    /// <summary>What happens when the session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>
    /// Whether all reads of a call show the state of one moment, in one read-only transaction (<see cref="ReadConsistency.Snapshot"/>). The
    /// method only
    /// reads, one statement after the other; rules MR1008 and MR1009 look after that.
    /// </summary>
    public bool Snapshot { get; set; }

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
