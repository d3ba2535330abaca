namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>
/// The reads on the primary, as a share of all, after one replica of several died: sessions begin all the time, live as long as chance has
/// it, and read once in a step. Those that have read on the dead one go where their policy sends them.
/// </summary>
internal static class LossDecay
{
    /// <summary>Runs it; the same for the same arguments.</summary>
    /// <param name="selector">Draws.</param>
    /// <param name="replicas">How many there are, of equal weight; the first one dies.</param>
    /// <param name="goesToPrimary">Whether a session that lost its replica reads on the primary from then on; otherwise it reads on another
    /// replica, or not at all.</param>
    /// <param name="lifetime">How many steps a session lives, on average.</param>
    /// <param name="sessions">How many live at a time, on average.</param>
    /// <param name="steps">How many steps are run; the replica dies before the first of them.</param>
    public static double[] Run(IReplicaSelector selector, int replicas, bool goesToPrimary, double lifetime, int sessions, int steps)
    {
        var random = new Random(replicas);
        var all = SetChange.Equal(replicas);
        var left = SetChange.Equal(replicas);
        left[0] = left[0] with { IsAvailable = false };
        var live = SessionIds.Take(sessions, seed: 2).Select(id => goesToPrimary && selector.Select(id, all) == 0).ToList();
        var ends = 1 - Math.Exp(-1 / lifetime);
        var shares = new double[steps];
        for (var step = 0; step < steps; step++)
        {
            shares[step] = (double)live.Count(static isOnPrimary => isOnPrimary) / sessions;
            for (var i = 0; i < live.Count; i++)
            {
                if (random.NextDouble() < ends)
                {
                    // Another one begins in its place, and draws among those that are left.
                    var id = new Guid(random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
                    live[i] = selector.Select(id, left) < 0;
                }
            }
        }

        return shares;
    }
}
