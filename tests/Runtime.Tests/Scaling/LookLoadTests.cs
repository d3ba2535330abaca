using MonotonicReads.Benchmarks.Scaling;

namespace MonotonicReads.Runtime.Tests.Scaling;

/// <summary>What docs/scaling.md says of many monitors, beside what theory says.</summary>
public class LookLoadTests
{
    private const int Seed = 11;

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(200)]
    public void As_many_as_stay_within_the_bound_look_as_often_as_their_interval_says(int instances)
    {
        var load = LookLoad.Run(new MonitorOptions { Instances = instances }, Seed);
        Assert.InRange(load.PerSecond, instances * 0.5 * 0.95, instances * 0.5 * 1.05);
        Assert.Equal(load, LookLoad.Run(new MonitorOptions { Instances = instances, MaxLooksPerSecond = double.PositiveInfinity }, Seed));
    }

    [Theory]
    [InlineData(400, 100)]
    [InlineData(1_000, 100)]
    [InlineData(1_000, 20)]
    public void More_of_them_look_as_often_as_the_bound_says(int instances, double most)
    {
        var load = LookLoad.Run(new MonitorOptions { Instances = instances, MaxLooksPerSecond = most }, Seed);
        Assert.InRange(load.PerSecond, most * 0.98, most * 1.02);
    }

    /// <summary>A place in the interval, and one interval more, each with its jitter; the last one waits for two whole ones.</summary>
    [Fact]
    public void A_server_that_dies_is_seen_after_so_many_intervals_as_looks_must_fail()
    {
        var load = LookLoad.Run(new MonitorOptions { Instances = 1_000, MaxLooksPerSecond = 100 }, Seed);
        Assert.InRange(load.UntilDown, 14, 16);
        Assert.InRange(load.LongestUntilDown, 20, 24);
        var once = LookLoad.Run(
            new MonitorOptions
            {
                Instances = 1_000,
                MaxLooksPerSecond = 100,
                FailuresUntilDown = 1,
            },
            Seed
        );
        Assert.InRange(once.UntilDown, 4, 6);
        Assert.InRange(once.LongestUntilDown, 9, 12);
    }

    /// <summary>Without jitter and without a place all instances that were started together would ask in the same second for ever.</summary>
    [Fact]
    public void Instances_that_began_together_do_not_ask_in_step()
    {
        var bound = LookLoad.Run(
            new MonitorOptions
            {
                Instances = 1_000,
                MaxLooksPerSecond = 100,
                Jitter = 0,
            },
            Seed
        );
        Assert.InRange(bound.Busiest, 100, 150);
        var inStep = LookLoad.Run(
            new MonitorOptions
            {
                Instances = 1_000,
                MaxLooksPerSecond = double.PositiveInfinity,
                Jitter = 0,
            },
            Seed
        );
        Assert.Equal(1_000, inStep.Busiest);
    }
}
