using MonotonicReads.Selection;

namespace MonotonicReads;

/// <summary>The selectors that come with the library. Neither allocates.</summary>
public static class ReplicaSelectors
{
    /// <summary>
    /// The default: bit for bit what Shopify's ProxySQL fork (pull request 2698) does with a
    /// <c>consistent_read_id</c>, so that an application and a proxy agree. SpookyHash V2 of the UUID's 36 lower-case
    /// characters, modulo the sum of all weights; the list order matters, and any change of list or weights moves
    /// half of the sessions or more.
    /// </summary>
    public static IReplicaSelector WeightedModulo { get; } = new WeightedModuloSelector();

    /// <summary>
    /// Weighted rendezvous hashing (Thaler and Ravishankar 1998; logarithmic weights after Schindelhauer and
    /// Schomaker 2005): independent of list order, moves the least possible share of sessions when replicas or
    /// weights change. Exact on every platform; vectors in docs/selection-vectors.md.
    /// </summary>
    public static IReplicaSelector WeightedRendezvous { get; } = new WeightedRendezvousSelector();
}
