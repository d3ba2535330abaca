namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>
/// Application instances get a changed replica set one after the other, while sessions go on that are resumed or begun again by the same
/// id on any of the instances: each request draws by the set of the instance that it comes to.
/// </summary>
/// <param name="Moved">The share of the sessions that read elsewhere after the change than before it.</param>
/// <param name="Apart">The share of two requests in a row that read on different replicas, with 0, 1, 2, ... instances changed.</param>
/// <param name="Moves">How often a session that makes one request for each instance that is changed reads elsewhere than the last time, on
/// average over all sessions.</param>
internal sealed record RollingChange(double Moved, double[] Apart, double Moves)
{
    /// <summary>Runs it; the same for the same arguments.</summary>
    public static RollingChange Run(IReplicaSelector selector, SetChange change, int instances, int sessions, int seed)
    {
        var random = new Random(seed);
        var drawn = SessionIds
            .Take(sessions)
            .Select(id => (Before: Pick(selector, id, change.Before), After: Pick(selector, id, change.After)))
            .ToArray();
        var order = Enumerable.Range(0, instances).ToArray();
        random.Shuffle(order);
        var isChanged = new bool[instances];
        var last = Array.ConvertAll(drawn, draw => draw.Before);
        var apart = new double[instances + 1];
        for (var changed = 0; changed <= instances; changed++)
        {
            if (changed > 0)
            {
                isChanged[order[changed - 1]] = true;
            }

            var elsewhere = 0;
            for (var i = 0; i < drawn.Length; i++)
            {
                var read = isChanged[random.Next(instances)] ? drawn[i].After : drawn[i].Before;
                elsewhere += read != last[i] ? 1 : 0;
                last[i] = read;
            }

            apart[changed] = (double)elsewhere / sessions;
        }

        return new((double)drawn.Count(draw => draw.Before != draw.After) / sessions, apart, apart.Sum());
    }

    private static string Pick(IReplicaSelector selector, Guid id, WeightedReplica[] replicas) =>
        replicas[selector.Select(id, replicas)].Name;
}
