namespace MonotonicReads;

/// <summary>
/// Decides which replica a read session is pinned to. A selector is a pure function: the same arguments give the same
/// answer in every process. It must be safe to call from several threads.
/// </summary>
public interface IReplicaSelector
{
    /// <summary>Picks the replica of a session.</summary>
    /// <param name="sessionId">The session's UUID.</param>
    /// <param name="replicas">The replicas in configured order, unavailable ones included. The weights are 0 or more
    /// and their sum fits an <see cref="int"/>, as the builders make sure.</param>
    /// <returns>An index into <paramref name="replicas"/>, or -1 when none is available with a weight above 0.</returns>
#pragma warning disable CA1716 // Visual Basic writes [Select]; the word is the field's.
    int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas);
#pragma warning restore CA1716
}
