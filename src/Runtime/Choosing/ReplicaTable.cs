using MonotonicReads.Servers;

namespace MonotonicReads.Choosing;

/// <summary>The replicas and their weights at one moment, in the order that selectors see. Replaced as a whole.</summary>
internal sealed class ReplicaTable
{
    private volatile WeightedReplica[] _last;

    public ReplicaTable(IReadOnlyList<(RoutedServer Server, int Weight)> replicas)
    {
        Servers = [.. replicas.Select(replica => replica.Server)];
        AllAvailable = [.. replicas.Select(replica => new WeightedReplica(replica.Server.Name, replica.Weight, IsAvailable: true))];
        _last = AllAvailable;
    }

    public RoutedServer[] Servers { get; }

    /// <summary>What a selector sees while every replica can take new sessions; shared, never written to.</summary>
    public WeightedReplica[] AllAvailable { get; }

    /// <summary>What a selector sees while some replicas can take a session and some cannot; shared, never written to. The list that held
    /// for all sessions last is kept, since a replica that is out is out for every draw meanwhile. It is told by what is in it, so that
    /// nobody has to say when that is over.</summary>
    /// <param name="canTake">Whether a replica can.</param>
    /// <param name="argument">What it goes by.</param>
    /// <param name="isForAll">Whether that is the same for all sessions of the moment.</param>
    public WeightedReplica[] Available<T>(Func<RoutedServer, T, bool> canTake, T argument, bool isForAll)
    {
        var last = _last;
        for (var i = 0; i < last.Length; i++)
        {
            if (canTake(Servers[i], argument) != last[i].IsAvailable)
            {
                var other = Listed(canTake, argument);
                return isForAll ? _last = other : other;
            }
        }

        return last;
    }

    private WeightedReplica[] Listed<T>(Func<RoutedServer, T, bool> canTake, T argument)
    {
        WeightedReplica[]? some = null;
        for (var i = 0; i < Servers.Length; i++)
        {
            if (!canTake(Servers[i], argument))
            {
                some ??= (WeightedReplica[])AllAvailable.Clone();
                some[i] = some[i] with { IsAvailable = false };
            }
        }

        return some ?? AllAvailable;
    }

    public int WeightOf(RoutedServer server) => Array.IndexOf(Servers, server) is >= 0 and var index ? AllAvailable[index].Weight : 0;

    /// <summary>The names and weights, for log records.</summary>
    public override string ToString() => string.Join(", ", AllAvailable.Select(replica => $"{replica.Name} (weight {replica.Weight})"));
}
