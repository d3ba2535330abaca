using MonotonicReads.Benchmarks.Scaling;

namespace MonotonicReads.Runtime.Tests.Scaling;

/// <summary>What docs/scaling.md says of a rolling change, beside what theory says.</summary>
public class RollingChangeTests
{
    private const int Sessions = 20_000;
    private const string OtherName = "one is replaced by another name";

    public static IEnumerable<object[]> Changes =>
        from replicas in new[] { 3, 10, 100 }
        from number in Enumerable.Range(0, SetChange.Usual(10).Length)
        where SetChange.Usual(10)[number].What != OtherName
        select new object[] { replicas, number };

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void The_optimum_is_the_share_that_has_no_place_any_more(int replicas)
    {
        var optima = SetChange.Usual(replicas).ToDictionary(change => change.What, change => change.Optimum, StringComparer.Ordinal);
        var (n, near) = ((double)replicas, 1e-12);
        Assert.Equal(1 / (n + 1), optima["one is added at the end"], near);
        Assert.Equal(1 / n, optima["one is removed from the middle"], near);
        Assert.Equal(1 / n, optima[OtherName], near);
        Assert.Equal(1 / n, optima["one is drained by weight 0"], near);
        Assert.Equal((2 / (n + 1)) - (1 / n), optima["one gets twice the weight"], near);
        Assert.Equal(0, optima["the same ones in another order"], near);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Rendezvous_moves_the_optimum(int replicas, int number)
    {
        var change = SetChange.Usual(replicas)[number];
        var moved = RollingChange.Run(ReplicaSelectors.WeightedRendezvous, change, instances: 1, Sessions, seed: 1).Moved;
        Assert.InRange(moved, change.Optimum - Noise(change.Optimum), change.Optimum + Noise(change.Optimum));
    }

    /// <summary>The old name was the best of n + 1 for as many sessions as the new one is, and they are not the same ones.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    public void Another_name_moves_those_of_the_old_one_and_those_of_the_new_one(int replicas)
    {
        var change = SetChange.Usual(replicas).Single(one => one.What == OtherName);
        var moved = RollingChange.Run(ReplicaSelectors.WeightedRendezvous, change, instances: 1, Sessions, seed: 1).Moved;
        var expected = 2.0 / (replicas + 1);
        Assert.InRange(moved, expected - Noise(expected), expected + Noise(expected));
    }

    /// <summary>h mod n is h mod (n + 1) for one of n + 1 hashes.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    public void Modulo_keeps_one_session_of_n_and_one(int replicas)
    {
        var change = SetChange.OneMore(replicas);
        var kept = 1 - RollingChange.Run(ReplicaSelectors.WeightedModulo, change, instances: 1, Sessions, seed: 1).Moved;
        var expected = 1.0 / (replicas + 1);
        Assert.InRange(kept, expected - Noise(expected), expected + Noise(expected));
    }

    /// <summary>With a share p of the instances changed, two requests in a row come to one of each with a chance of 2p(1 - p).</summary>
    [Fact]
    public void In_the_middle_of_a_rolling_change_half_of_those_that_move_are_apart()
    {
        var change = SetChange.OneMore(10);
        foreach (var selector in new[] { ReplicaSelectors.WeightedModulo, ReplicaSelectors.WeightedRendezvous })
        {
            var run = RollingChange.Run(selector, change, instances: 200, Sessions, seed: 1);
            Assert.Equal(0, run.Apart[0]);
            Assert.Equal(0.5 * run.Moved, run.Apart[100], 0.02);
            Assert.Equal(2 * 0.25 * 0.75 * run.Moved, run.Apart[50], 0.02);

            // One after another the shares sum to a third of the instances, and half a step.
            Assert.Equal(run.Moved * 200 / 3, run.Moves, run.Moved * 200 / 3 * 0.02);
        }
    }

    [Fact]
    public void It_is_the_same_in_every_run()
    {
        var change = SetChange.Usual(10)[2];
        var (one, other) = (Run(), Run());
        Assert.Equal(one.Apart, other.Apart);
        Assert.NotEqual(one.Apart, RollingChange.Run(ReplicaSelectors.WeightedModulo, change, 20, 2_000, seed: 6).Apart);

        RollingChange Run() => RollingChange.Run(ReplicaSelectors.WeightedModulo, change, 20, 2_000, seed: 5);
    }

    // Five standard deviations of a share of so many sessions.
    private static double Noise(double share) => (5 * Math.Sqrt(share * (1 - share) / Sessions)) + 1e-9;
}
