using MonotonicReads.Servers;

namespace MonotonicReads.Choosing;

/// <summary>The replicas and their weights at one moment, in the order that selectors see. Replaced as a whole.</summary>
internal sealed class ReplicaTable
{
    public ReplicaTable(IReadOnlyList<(RoutedServer Server, int Weight)> replicas)
    {
        Servers = [.. replicas.Select(replica => replica.Server)];
        AllAvailable = [.. replicas.Select(replica => new WeightedReplica(replica.Server.Name, replica.Weight, IsAvailable: true))];
    }

    public RoutedServer[] Servers { get; }

    /// <summary>What a selector sees while every replica can take new sessions; shared, never written to.</summary>
    public WeightedReplica[] AllAvailable { get; }

    public int WeightOf(RoutedServer server) => Array.IndexOf(Servers, server) is >= 0 and var index ? AllAvailable[index].Weight : 0;

    /// <summary>The names and weights, for log records.</summary>
    public override string ToString() => string.Join(", ", AllAvailable.Select(replica => $"{replica.Name} (weight {replica.Weight})"));
}
