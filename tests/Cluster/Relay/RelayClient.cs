namespace MonotonicReads.Cluster.Relay;

/// <summary>A client's connection to the relay, as routes see it.</summary>
/// <param name="number">Which connection it is.</param>
public sealed class RelayClient(int number)
{
    /// <summary>1 for the first connection, then counting up; also the connection id that the client is told.</summary>
    public int Number { get; } = number;

    /// <summary>
    /// The server that a route has tied this connection to, until the connection is reset. Null is none. A transaction is
    /// none: the relay keeps that on its server by itself.
    /// </summary>
    public RelayServer? PinnedTo { get; set; }
}
