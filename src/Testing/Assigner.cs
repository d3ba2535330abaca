using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>Draws replicas: by weight, as everywhere, until a unit of work is run with a given assignment.</summary>
/// <param name="replicas">The replicas, in the order that selectors see.</param>
internal sealed class Assigner(IReadOnlyList<SimulatedReplica> replicas) : IReplicaSelector
{
    private volatile Recording? _recording;

    /// <summary>Who draws where nobody chooses.</summary>
    public IReplicaSelector Otherwise { get; init; } = ReplicaSelectors.WeightedModulo;

    /// <summary>Looks at what is drawn and sent, until what is returned is disposed. Choices are made as the recording says.</summary>
    /// <exception cref="InvalidOperationException">Somebody looks already.</exception>
    public IDisposable Record(out Recording recording, int[]? prefix = null)
    {
        recording = new Recording(prefix ?? []);
        return Interlocked.CompareExchange(ref _recording, recording, null) is null
            ? new End(this)
            : throw new InvalidOperationException("ForEachAssignmentAsync runs already on this set; run one after the other.");
    }

    /// <inheritdoc/>
    public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas) =>
        _recording?.Choose(sessionId, OptionsOf(replicas)) is >= 0 and var chosen ? chosen : Otherwise.Select(sessionId, replicas);

    /// <summary>The draw of a read outside a session; below zero where it is left to chance.</summary>
    public int DrawOutside(WeightedReplica[] candidates) => _recording?.Choose(session: null, OptionsOf(candidates)) ?? -1;

    /// <summary>Takes note of what is sent.</summary>
    public void Note(RoutedServer server, object statement) => _recording?.Note(SentStatement.Of(server.Name, statement));

    // One replica for each moment that can be seen, the present first, then the latest.
    private List<int> OptionsOf(ReadOnlySpan<WeightedReplica> candidates)
    {
        var byMoment = new SortedDictionary<int, int>();
        for (var i = 0; i < candidates.Length && i < replicas.Count; i++)
        {
            if (candidates[i].IsAvailable && !replicas[i].IsKilled)
            {
                byMoment.TryAdd(-(replicas[i].Held?.Number ?? int.MaxValue), i);
            }
        }

        return [.. byMoment.Values];
    }

    private sealed class End(Assigner assigner) : IDisposable
    {
        public void Dispose() => assigner._recording = null;
    }
}
