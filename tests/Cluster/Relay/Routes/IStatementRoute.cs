namespace MonotonicReads.Cluster.Relay;

/// <summary>How a proxy chooses the server of a statement. Called by many connections at once.</summary>
public interface IStatementRoute
{
    /// <summary>The server of a statement outside of a transaction.</summary>
    /// <exception cref="RelayRefusedException">There is none.</exception>
    RelayServer Pick(StatementToRoute statement);

    /// <summary>A statement, in a transaction or not, has been sent to a server.</summary>
    void Sent(StatementToRoute statement, RelayServer server);

    /// <summary>A server is at work for a client from now on.</summary>
    /// <returns>Ends when its answer has been read; null where the proxy does not care.</returns>
    IDisposable? Occupy(RelayServer server) => null;

    /// <summary>Whether the answers to commands that a client sends without waiting for the one before have wrong numbers: ProxySQL 2.5.5
    /// with MySqlConnector's <c>Pipelining</c> (its issue 1465).</summary>
    bool MisnumbersPipelined => false;

    /// <summary>Whether it takes a read-only transaction for one that writes whose isolation level was set for it alone, sends what was
    /// prepared in it to the primary, and closes the client's connection then: MaxScale 24.02.3.</summary>
    bool MistakesOwnIsolation => false;
}
