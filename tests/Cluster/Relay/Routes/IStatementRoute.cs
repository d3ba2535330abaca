namespace MonotonicReads.Cluster.Relay;

/// <summary>How a proxy chooses the server of a statement. Called by many connections at once.</summary>
public interface IStatementRoute
{
    /// <summary>The server of a statement outside of a transaction.</summary>
    /// <exception cref="RelayRefusedException">There is none.</exception>
    RelayServer Pick(StatementToRoute statement);

    /// <summary>A statement, in a transaction or not, has been sent to a server.</summary>
    void Sent(StatementToRoute statement, RelayServer server);
}
