namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>A change of the replica set.</summary>
/// <param name="What">What is changed.</param>
/// <param name="Before">The set before it.</param>
/// <param name="After">The set after it.</param>
internal sealed record SetChange(string What, WeightedReplica[] Before, WeightedReplica[] After)
{
    /// <summary>The share of sessions that have to move: what some replicas have less of afterwards, all others have more of.</summary>
    public double Optimum
    {
        get
        {
            var after = Shares(After);
            return Shares(Before).Sum(before => Math.Max(0, before.Value - after.GetValueOrDefault(before.Key)));
        }
    }

    /// <summary>One more replica beside as many of equal weight.</summary>
    public static SetChange OneMore(int replicas) =>
        new($"{replicas:N0} replicas become {replicas + 1:N0}", Equal(replicas), Equal(replicas + 1));

    /// <summary>Replicas r1, r2, ... of weight 1.</summary>
    public static WeightedReplica[] Equal(int count) =>
        [.. Enumerable.Range(1, count).Select(number => new WeightedReplica($"r{number}", 1, IsAvailable: true))];

    /// <summary>What is done to a set of replicas in a rolling change.</summary>
    public static SetChange[] Usual(int replicas)
    {
        var before = Equal(replicas);
        return
        [
            new("one is added at the end", before, Equal(replicas + 1)),
            new("one is removed from the end", before, before[..^1]),
            new("one is removed from the middle", before, [.. before.Where((_, place) => place != replicas / 2)]),
            new("one is replaced by another name", before, [.. before[..^1], new WeightedReplica("new", 1, IsAvailable: true)]),
            new("one gets twice the weight", before, [.. before[..^1], before[^1] with { Weight = 2 }]),
            new("one is drained by weight 0", before, [.. before[..^1], before[^1] with { Weight = 0 }]),
            new("the same ones in another order", before, [.. before.Reverse()]),
        ];
    }

    private static Dictionary<string, double> Shares(WeightedReplica[] replicas)
    {
        var sum = (double)replicas.Sum(replica => replica.Weight);
        return replicas.ToDictionary(replica => replica.Name, replica => replica.Weight / sum, StringComparer.Ordinal);
    }
}
