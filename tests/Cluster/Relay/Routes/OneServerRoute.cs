namespace MonotonicReads.Cluster.Relay;

/// <summary>Everything to the first server: a relay that only looks on.</summary>
public sealed class OneServerRoute : IStatementRoute
{
    /// <inheritdoc/>
    public RelayServer Pick(StatementToRoute statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement.Servers[0].IsAvailable
            ? statement.Servers[0]
            : throw new RelayRefusedException($"{statement.Servers[0]} is not available.");
    }

    /// <inheritdoc/>
    public void Sent(StatementToRoute statement, RelayServer server) { }
}
