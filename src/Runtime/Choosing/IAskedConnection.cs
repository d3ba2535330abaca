using MonotonicReads.Servers;

namespace MonotonicReads.Choosing;

/// <summary>An open connection of the caller's on which its server can be asked before a statement runs.</summary>
internal interface IAskedConnection
{
    RoutedServer Server { get; }

    /// <summary>What asks the server on the connection.</summary>
    /// <exception cref="InvalidOperationException">A reader is open on it, or it is closed.</exception>
    ServerQuestions Ask(bool isAsync, CancellationToken cancellation);

    /// <summary>The server did not answer: the connection is left to the driver, and another must be opened.</summary>
    void Abandon(SilentServerException silent);
}
