using MonotonicReads.Benchmarks.Scaling;

namespace MonotonicReads.Runtime.Tests.Scaling;

/// <summary>What docs/scaling.md says of the primary after a replica died, beside what theory says.</summary>
public class LossDecayTests
{
    private const int Sessions = 20_000;
    private const double Lifetime = 30;

    public static IEnumerable<object[]> Cases =>
        from replicas in new[] { 3, 10 }
        from selector in new[] { nameof(ReplicaSelectors.WeightedModulo), nameof(ReplicaSelectors.WeightedRendezvous) }
        select new object[] { replicas, selector };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_primary_gets_the_dead_ones_share_and_loses_it_with_the_sessions(int replicas, string selector)
    {
        var shares = LossDecay.Run(Selector(selector), replicas, goesToPrimary: true, Lifetime, Sessions, steps: 91);
        foreach (var step in new[] { 0, 30, 60, 90 })
        {
            var expected = Math.Exp(-step / Lifetime) / replicas;
            Assert.Equal(expected, shares[step], 0.015);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Where_other_replicas_take_them_nothing_comes(int replicas, string selector) =>
        Assert.All(
            LossDecay.Run(Selector(selector), replicas, goesToPrimary: false, Lifetime, Sessions, steps: 10),
            share => Assert.Equal(0, share)
        );

    private static IReplicaSelector Selector(string name) =>
        name == nameof(ReplicaSelectors.WeightedModulo) ? ReplicaSelectors.WeightedModulo : ReplicaSelectors.WeightedRendezvous;
}
