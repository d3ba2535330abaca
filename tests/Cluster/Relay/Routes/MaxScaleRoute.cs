using System.Collections.Concurrent;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// MaxScale's readwritesplit behind its hintfilter: a hint names the server, the primary or the replicas; without one reads
/// and read-only transactions go to a replica and everything else, several statements in one text too, to the primary.
/// </summary>
/// <param name="seed">
/// Draws the replicas, by weight: MaxScale itself chooses the one with the fewest current operations, which no test can
/// foresee either.
/// </param>
/// <remarks>Of several hints, in whichever comments, a route to the master counts before all; a route to the slaves takes back the names
/// before it (queryclassifier.cc, process_routing_hints). <c>begin</c> makes a hint hold for the client's later statements without one.</remarks>
public sealed class MaxScaleRoute(int seed) : IStatementRoute
{
    private readonly WeightedDraw _draw = new(seed);
    private readonly ConcurrentDictionary<int, Stack<MaxScaleHint>> _lasting = new();

    /// <inheritdoc/>
    public bool MistakesOwnIsolation => true;

    /// <inheritdoc/>
    public RelayServer Pick(StatementToRoute statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var hints = Hints(statement);
        if (hints.Exists(static hint => hint.Target == MaxScaleTarget.Primary))
        {
            return statement.Primary;
        }

        // A name that it does not know is as good as no hint.
        var takenBack = hints.FindLastIndex(static hint => hint.Target == MaxScaleTarget.Replica);
        foreach (var hint in hints.Skip(takenBack + 1))
        {
            if (statement.Servers.FirstOrDefault(server => IsMeant(server, hint)) is { } named)
            {
                return named;
            }
        }

        // It reads from the primary where no replica is left.
        var toReplica = takenBack >= 0 || ((statement.IsRead || statement.Bare.IsReadOnlyTransaction) && !statement.IsMulti);
        return (toReplica ? _draw.Draw(statement.Servers.Where(server => !server.IsPrimary)) : null) ?? statement.Primary;
    }

    /// <inheritdoc/>
    public void Sent(StatementToRoute statement, RelayServer server) { }

    private List<MaxScaleHint> Hints(StatementToRoute statement)
    {
        var hints = new List<MaxScaleHint>();
        var lasting = _lasting.GetOrAdd(statement.Client.Number, static _ => new());
        foreach (var hint in MaxScaleHint.In(statement.Text))
        {
            if (hint.Target == MaxScaleTarget.EndOfLasting)
            {
                lasting.TryPop(out _);
                continue;
            }

            hints.Add(hint);
            if (hint.IsLasting)
            {
                lasting.Push(hint);
            }
        }

        return hints.Count == 0 && lasting.TryPeek(out var held) ? [held] : hints;
    }

    private static bool IsMeant(RelayServer server, MaxScaleHint hint) =>
        server.IsAvailable && server.Name.Equals(hint.Server, StringComparison.OrdinalIgnoreCase);
}
