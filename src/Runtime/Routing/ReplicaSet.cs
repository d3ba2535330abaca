using Microsoft.Extensions.Logging;
using MonotonicReads.Choosing;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>What a builder has collected, checked.</summary>
internal sealed record ReplicaSet(
    RoutedServer Primary,
    ReplicaTable Replicas,
    IReplicaSelector Selector,
    TimeProvider Time,
    ILoggerFactory LoggerFactory
)
{
    /// <summary>What session tokens call it.</summary>
    public required SourceName Name { get; init; }

    public bool OwnsServers { get; init; }

    public bool HasPositions { get; init; }

    public bool RecordsDecisions { get; init; }

    /// <summary>How series of reads are looked for; null for not at all.</summary>
    public SeriesDetectorOptions? SeriesDetector { get; init; }

    /// <summary>Whether replicas that hold what the primary lacks take new sessions.</summary>
    public bool AllowsDivergedReplicas { get; init; }

    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>What a session does that says nothing of the loss of its replica.</summary>
    public ReplicaLoss OnReplicaLoss { get; init; }

    /// <summary>Whether the driver enlists a connection on the primary in the transaction that it is opened in.</summary>
    public bool JoinsTransactions { get; init; } = true;

    /// <summary>The proxy before the servers; null where each is connected to.</summary>
    public ProxyRoute? Proxy { get; init; }

    /// <summary>The primary's name in events, logs and metrics; no replica may have it.</summary>
    public const string PrimaryName = "primary";

    /// <summary>What session tokens call a data source.</summary>
    /// <param name="given">The name that it was given; null for none.</param>
    /// <param name="database">The primary's database.</param>
    /// <param name="primary">The primary's address.</param>
    public static SourceName NameOf(string? given, string? database, string primary) =>
        given is null ? SourceName.Of(database, primary) : SourceName.Given(given, primary);

    /// <inheritdoc cref="SourceName.Checked"/>
    public static string CheckedName(string name) => SourceName.Checked(name);

    /// <summary>Checks names and weights; the data sources are created afterwards, so that nothing leaks.</summary>
    /// <exception cref="InvalidOperationException">No primary, no replica, or a sum of weights that is no weight.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name, or a negative weight.</exception>
    public static void Check(bool hasPrimary, IReadOnlyCollection<ReplicaSettings> replicas)
    {
        if (!hasPrimary)
        {
            throw new InvalidOperationException("No primary: call UsePrimary(...) before Build().");
        }

        if (replicas.Count == 0)
        {
            throw new InvalidOperationException("No replica: call AddReplica(...) before Build().");
        }

        var names = new HashSet<string>(StringComparer.Ordinal) { PrimaryName };
        var sum = 0L;
        foreach (var (name, _, weight) in replicas)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                throw new ArgumentException(
                    "A replica has an empty name. The name stands in events, logs and metrics, and the rendezvous selector hashes it."
                );
            }

            if (!names.Add(name))
            {
                throw new ArgumentException($"Two servers are named '{name}'. Names must be unique, and '{PrimaryName}' is the primary's.");
            }

            if (weight < 0)
            {
                throw new ArgumentOutOfRangeException(
                    null,
                    weight,
                    $"Replica '{name}' has a negative weight. Weights are 0 or more; 0 takes no new sessions."
                );
            }

            sum += weight;
        }

        if (sum == 0)
        {
            throw new InvalidOperationException(
                "The weights of all replicas are 0, so that no session could be drawn. Give at least one replica a weight above 0."
            );
        }

        if (sum > int.MaxValue)
        {
            throw new OverflowException($"The weights sum to {sum}, beyond {int.MaxValue}. Only their ratio counts: divide them all.");
        }
    }
}
