using System.Data.Common;
using MonotonicReads.Choosing;
using MonotonicReads.Routing;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>Draws replicas: by weight, as everywhere, until a unit of work is run with a given assignment.</summary>
/// <param name="replicas">The replicas, in the order that selectors see.</param>
/// <param name="present">Makes connections of a replica that show the present; the caller disposes the data source.</param>
/// <param name="moments">Counts what is written.</param>
internal sealed class Assigner(IReadOnlyList<SimulatedReplica> replicas, Func<string, DbDataSource> present, HeldMoments moments)
    : IReplicaSelector
{
    private readonly AsyncLocal<Recording?> _flow = new();
    private IReadOnlyDictionary<int, int> _merged = new Dictionary<int, int>();
    private volatile Recording? _recording;
    private int _isEntered;

    /// <summary>Looks at what the set's data source does.</summary>
    public void WatchOver(RoutedSource source, ITestServer server)
    {
        source.Router.InsteadOfChance = DrawOutside;
        source.Sending = (to, statement) =>
        {
            if (statement is DbCommand { Connection: { } connection })
            {
                server.ThrowIfBroken(connection);
            }

            Note(to, statement);
        };
        source.Answered = (sent, isAnswered) => _recording?.NoteAnswered(sent, isAnswered);
        source.Returning = Return;
    }

    /// <summary>One call at a time, until what is returned is disposed.</summary>
    /// <exception cref="InvalidOperationException">Another one runs.</exception>
    public IDisposable Enter() =>
        Interlocked.Exchange(ref _isEntered, 1) == 0
            ? new End(() =>
            {
                _merged = new Dictionary<int, int>();
                Volatile.Write(ref _isEntered, 0);
            })
            : throw new InvalidOperationException(
                "ForEachAssignmentAsync runs already on this set; run one after the other, or give each test a set of its own."
            );

    /// <summary>Who draws where nobody chooses.</summary>
    public IReplicaSelector Otherwise { get; init; } = ReplicaSelectors.WeightedModulo;

    /// <summary>Looks at what is drawn and sent, until what is returned is disposed. Choices are made as the recording says.</summary>
    public IDisposable Record(Recording recording)
    {
        _recording = recording;
        _flow.Value = recording;
        return new End(() =>
        {
            _recording = null;
            _flow.Value = null;
            foreach (var replica in replicas)
            {
                var ahead = replica.Ahead;
                replica.Ahead = null;
                ahead?.Dispose();
            }
        });
    }

    /// <summary>What stands for each moment from now on, until the call ends.</summary>
    public void Merge(IReadOnlyDictionary<int, int> moments) => _merged = moments;

    /// <inheritdoc/>
    public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas) =>
        Recorded()?.Draw(sessionId, OptionsOf(replicas)) is >= 0 and var chosen ? chosen : Otherwise.Select(sessionId, replicas);

    // Below zero where it is left to chance.
    private int DrawOutside(WeightedReplica[] candidates) => Recorded()?.Draw(session: null, OptionsOf(candidates)) ?? -1;

    private void Note(RoutedServer server, object sent)
    {
        if (Recorded() is { } recording)
        {
            var statement = SentStatement.Of(server.Name, sent);
            var on = (sent as DbCommand)?.Connection ?? (sent as DbBatch)?.Connection;
            var shown = replicas.FirstOrDefault(replica => ReferenceEquals(replica.Routed, server))?.ShownBy(on)?.Number;
            Count(statement.Writes);
            recording.Note(
                statement with
                {
                    Moment = shown is { } number ? _merged.GetValueOrDefault(number, number) : SentStatement.Present,
                    Session = ReadSession.Current?.Id,
                },
                sent
            );
        }
        else
        {
            Count(server.IsPrimary && SentStatement.Of(server.Name, sent).Writes);
        }
    }

    private void Count(bool writes)
    {
        if (writes)
        {
            moments.Count();
        }
    }

    private void Return(ReadSession session, RoutedServer server)
    {
        if (
            Recorded() is { Advances: true } recording
            && replicas.FirstOrDefault(replica => ReferenceEquals(replica.Routed, server)) is { IsKilled: false, Held: { } held } replica
            && _merged.GetValueOrDefault(held.Number, held.Number) != SentStatement.Present
            && recording.Advance(held.Number)
        )
        {
            replica.Ahead = present(replica.Name);

            // Also the connection that the session keeps between its reads.
            replica.Pool.Held.GiveBackAll();
        }
    }

    // A flow that knows of no run may be the unit's own: a test server suppresses the flow of each request.
    private Recording? Recorded()
    {
        if (_recording is not { } recording || _flow.Value is null || ReferenceEquals(_flow.Value, recording))
        {
            return _recording;
        }

        recording.HasLeftovers = true;
        return null;
    }

    // One replica for each moment that can be seen, the present first, then the latest.
    private List<(int Moment, int Index)> OptionsOf(ReadOnlySpan<WeightedReplica> candidates)
    {
        var byMoment = new SortedDictionary<int, int>();
        for (var i = 0; i < candidates.Length && i < replicas.Count; i++)
        {
            if (candidates[i].IsAvailable && !replicas[i].IsKilled)
            {
                var moment = replicas[i].Held?.Number ?? SentStatement.Present;
                byMoment.TryAdd(-_merged.GetValueOrDefault(moment, moment), i);
            }
        }

        return [.. byMoment.Select(static pair => (-pair.Key, pair.Value))];
    }

    private sealed class End(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
