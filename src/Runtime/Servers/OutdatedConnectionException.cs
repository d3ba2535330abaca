namespace MonotonicReads.Servers;

/// <summary>A connection leads to another server, or another run of it, than those that were made before; the pool has begun
/// anew.</summary>
internal sealed class OutdatedConnectionException()
    : InvalidOperationException("The address leads to another server, or another run of it, than before. Open the connection again.");
