namespace MonotonicReads.Cluster.Relay;

/// <summary>Draws servers at random by weight, repeatably.</summary>
internal sealed class WeightedDraw(int seed)
{
#pragma warning disable CA5394 // not for secrets: the same seed draws the same servers
    private readonly Random _random = new(seed);

    /// <summary>One of the available servers; null if none has a weight.</summary>
    public RelayServer? Draw(IEnumerable<RelayServer> servers)
    {
        var candidates = servers.Where(server => server.IsAvailable && server.Weight > 0).ToArray();
        var sum = candidates.Sum(server => server.Weight);
        if (sum == 0)
        {
            return null;
        }

        int left;
        lock (_random)
        {
            left = _random.Next(sum);
        }

        return candidates.First(server => (left -= server.Weight) < 0);
    }
#pragma warning restore CA5394
}
