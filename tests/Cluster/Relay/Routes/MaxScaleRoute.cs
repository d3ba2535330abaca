namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// MaxScale's readwritesplit behind its hintfilter: a hint names the server, the primary or the replicas; without one reads
/// and read-only transactions go to a replica and everything else, several statements in one text too, to the primary.
/// </summary>
/// <param name="seed">
/// Draws the replicas, by weight: MaxScale itself chooses the one with the fewest current operations, which no test can
/// foresee either.
/// </param>
public sealed class MaxScaleRoute(int seed) : IStatementRoute
{
    private readonly WeightedDraw _draw = new(seed);

    /// <inheritdoc/>
    public RelayServer Pick(StatementToRoute statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var hints = MaxScaleHint.In(statement.Text).ToArray();
        var toReplica = (statement.IsRead || statement.Bare.IsReadOnlyTransaction) && !statement.IsMulti;

        // A name that it does not know is as good as no hint; of several the first that leads anywhere counts.
        foreach (var hint in hints)
        {
            if (hint.Target == MaxScaleTarget.Primary)
            {
                return statement.Primary;
            }

            if (hint.Target == MaxScaleTarget.Replica)
            {
                toReplica = true;
                break;
            }

            if (statement.Servers.FirstOrDefault(server => IsMeant(server, hint)) is { } named)
            {
                return named;
            }
        }

        // It reads from the primary where no replica is left.
        return (toReplica ? _draw.Draw(statement.Servers.Where(server => !server.IsPrimary)) : null) ?? statement.Primary;
    }

    /// <inheritdoc/>
    public void Sent(StatementToRoute statement, RelayServer server) { }

    private static bool IsMeant(RelayServer server, MaxScaleHint hint) =>
        server.IsAvailable && server.Name.Equals(hint.Server, StringComparison.OrdinalIgnoreCase);
}
