namespace MonotonicReads.Cluster.Relay;

/// <summary>The relay does not carry out a command. The client gets it as the error of that command and may go on.</summary>
public sealed class RelayRefusedException : Exception
{
    private const int UnknownError = 1105;

    /// <summary>Without a message.</summary>
    public RelayRefusedException() { }

    /// <summary>With a message.</summary>
    /// <param name="message">What is refused, and why.</param>
    public RelayRefusedException(string message)
        : base(message) { }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">What is refused, and why.</param>
    /// <param name="innerException">The cause.</param>
    public RelayRefusedException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>With the error code that the client sees.</summary>
    /// <param name="code">A server's code, or a proxy's own.</param>
    /// <param name="message">What is refused, and why.</param>
    public RelayRefusedException(int code, string message)
        : base(message) => Code = code;

    /// <summary>How long the client waits for it.</summary>
    public TimeSpan After { get; init; }

    /// <summary>The error code that the client sees; 1105, "unknown error", unless given.</summary>
    public int Code { get; } = UnknownError;
}
