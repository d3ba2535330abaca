using MonotonicReads.Benchmarks.Scaling;

namespace MonotonicReads.Testing.Tests.Scaling;

/// <summary>What docs/scaling.md says of a replica that dies: where the sessions go that read there, and those that begin then.</summary>
public sealed class LossRunTests
{
    private const int Replicas = 3;
    private const int Sessions = 120;

    [Theory]
    [InlineData(ReplicaLoss.Primary, false)]
    [InlineData(ReplicaLoss.Primary, true)]
    [InlineData(ReplicaLoss.CaughtUp, true)]
    public async Task The_primary_gets_those_that_lost_their_replica_and_nobody_else(ReplicaLoss policy, bool areOthersBehind)
    {
        var run = await LossRun.RunAsync(policy, Replicas, areOthersBehind, Sessions);
        HasLostItsShare(run);
        Assert.Equal(new LossRun(run.Lost, OnPrimary: run.Lost, Failed: 0, Backwards: 0, NewOnPrimary: 0), run);
    }

    [Fact]
    public async Task A_replica_that_has_caught_up_takes_them_where_the_policy_looks_for_one()
    {
        var run = await LossRun.RunAsync(ReplicaLoss.CaughtUp, Replicas, areOthersBehind: false, Sessions);
        HasLostItsShare(run);
        Assert.Equal(new LossRun(run.Lost, OnPrimary: 0, Failed: 0, Backwards: 0, NewOnPrimary: 0), run);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Those_that_may_only_fail_do(bool areOthersBehind)
    {
        var run = await LossRun.RunAsync(ReplicaLoss.Fail, Replicas, areOthersBehind, Sessions);
        HasLostItsShare(run);
        Assert.Equal(new LossRun(run.Lost, OnPrimary: 0, Failed: run.Lost, Backwards: 0, NewOnPrimary: 0), run);
    }

    /// <summary>Only where the others are behind, or the test would see everything as backwards.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Those_that_draw_again_run_backwards_where_the_others_are_behind(bool areOthersBehind)
    {
        var run = await LossRun.RunAsync(ReplicaLoss.Redraw, Replicas, areOthersBehind, Sessions);
        HasLostItsShare(run);
        var backwards = areOthersBehind ? run.Lost : 0;
        Assert.Equal(new LossRun(run.Lost, OnPrimary: 0, Failed: 0, backwards, NewOnPrimary: 0), run);
    }

    /// <summary>Nothing of the page's table is measured. Two of its rows are run again; the same sessions have drawn in all of them.</summary>
    [Fact]
    public async Task The_page_shows_what_a_run_gives()
    {
        var page = (await File.ReadAllTextAsync(ScalingTable.PathOf("docs/scaling.md"))).ReplaceLineEndings("\n");
        var table = page.Split("<!-- written by scaling-loss: begin -->")[1].Split("<!-- written by scaling-loss: end -->")[0];
        var rows = table
            .Split('\n')
            .Where(static line => line.StartsWith('|'))
            .Skip(2)
            .Select(static line => line.Split('|')[1..^1])
            .ToList();
        Assert.Equal(8, rows.Count);
        foreach (var (replicas, policy) in new[] { (3, ReplicaLoss.CaughtUp), (10, ReplicaLoss.Redraw) })
        {
            var row = await LossFigures.RowAsync(replicas, policy);
            var ofSame = rows.FindAll(cells => cells[0].Trim() == row[0]);
            Assert.Equal(row, Assert.Single(ofSame, cells => cells[1].Trim() == row[1]).Select(static cell => cell.Trim()));
            Assert.All(ofSame, cells => Assert.All(cells[2..], cell => Assert.Contains(cell.Trim(), new[] { row[2], "0.0 %" })));
        }
    }

    private static void HasLostItsShare(LossRun run) => Assert.InRange(run.Lost, 0.2, 0.47);
}
