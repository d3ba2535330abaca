namespace MonotonicReads.Servers;

/// <summary>A replica accepts writes and nobody allowed that.</summary>
/// <param name="message">What to do about it.</param>
/// <param name="wasReplica">Whether it was a proper replica before: it was promoted, or its address leads to another server now.</param>
internal sealed class WritableReplicaException(string message, bool wasReplica) : InvalidOperationException(message)
{
    /// <summary>Whether a replica is lost, and not a mistake told.</summary>
    public bool WasReplica => wasReplica;
}
