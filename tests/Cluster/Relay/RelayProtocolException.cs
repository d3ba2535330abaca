namespace MonotonicReads.Cluster.Relay;

/// <summary>A client or a server did not speak the protocol as the relay knows it.</summary>
public sealed class RelayProtocolException : Exception
{
    /// <summary>Without a message.</summary>
    public RelayProtocolException() { }

    /// <summary>With a message.</summary>
    /// <param name="message">What came, and what was due.</param>
    public RelayProtocolException(string message)
        : base(message) { }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">What came, and what was due.</param>
    /// <param name="innerException">The cause.</param>
    public RelayProtocolException(string message, Exception innerException)
        : base(message, innerException) { }
}
