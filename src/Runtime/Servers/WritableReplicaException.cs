namespace MonotonicReads.Servers;

/// <summary>A replica accepts writes and nobody allowed that.</summary>
internal sealed class WritableReplicaException(string message) : InvalidOperationException(message);
