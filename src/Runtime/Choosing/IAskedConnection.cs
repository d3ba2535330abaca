using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>An open connection of the caller's on which its server can be asked before a statement runs.</summary>
internal interface IAskedConnection
{
    RoutedServer Server { get; }

    /// <summary>Whether it leads to another server, or another run of it, than the address does by now.</summary>
    bool IsOutdated { get; }

    /// <summary>Whether it has read on a replica for the session.</summary>
    bool ReadsFor(SessionPin pin);

    /// <summary>What asks the server on the connection.</summary>
    /// <exception cref="InvalidOperationException">A reader is open on it, or it is closed.</exception>
    ServerQuestions Ask(bool isAsync, CancellationToken cancellation);

    /// <summary>Whether a question on it failed because its server, or the connection to it, is gone.</summary>
    bool IsLostBy(Exception exception, CancellationToken cancellation);

    /// <summary>The connection is let go, and another must be opened.</summary>
    /// <param name="silent">The question that got no answer: the connection is left to the driver. Null where nothing runs on it.</param>
    void Abandon(SilentServerException? silent);
}
