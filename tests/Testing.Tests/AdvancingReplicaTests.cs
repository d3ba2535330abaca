using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Cluster.Tests;

namespace MonotonicReads.Testing.Tests;

/// <summary>A late replica that catches up between two reads of a session.</summary>
public sealed class AdvancingReplicaTests
{
    private static readonly AssignmentOptions Advancing = new() { ReplicasAdvance = true };

    [Fact]
    public async Task A_check_of_one_moment_breaks_under_Monotonic_and_is_told_of_snapshots()
    {
        await using var set = await CreateAsync();
        var pages = new ConsistentMonotonicPages(new MonotonicPages(set.DataSource));

        var told = await Assert.ThrowsAsync<AssignmentException>(() => RunAsync(set, pages, Advancing));

        Assert.Equal(new AssignmentSummary(1 + 4, AreAll: true) { Draws = 1 }, told.Summary);
        Assert.Equal(3, told.Broken);
        Assert.Contains("applied the write between two reads of one session", told.Message, StringComparison.Ordinal);
        Assert.Contains("r2 (before the write)", told.Message, StringComparison.Ordinal);
        Assert.Contains("r2 (the present)", told.Message, StringComparison.Ordinal);
        Assert.Contains("saw: 10\n", told.Message, StringComparison.Ordinal);
        Assert.Contains("saw: 20\n", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_keeps_it()
    {
        await using var set = await CreateAsync();
        var pages = new ConsistentSnapshotPages(new SnapshotPages(set.DataSource));

        Assert.Equal(2, (await RunAsync(set, pages, Advancing)).Assignments);
    }

    [Fact]
    public async Task The_moment_is_there_again_in_the_next_run()
    {
        await using var set = await CreateAsync();
        var pages = new ConsistentMonotonicPages(new MonotonicPages(set.DataSource));
        var seen = new List<string>();
        await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                var page = await pages.GetAsync(7);
                seen.Add($"{page.Total} {page.Prices.Count} {page.Paid} {page.Stock}");
            },
            Advancing
        );

        Assert.Equal(["10 1 10 98", "10 1 10 99", "10 1 20 98", "10 2 20 98", "20 2 20 98"], seen.Order());
    }

    [Fact]
    public async Task Over_a_server_too()
    {
        await using var server = await MariaDbCluster.StartAsync(replicas: 0);
        await using var set = await LaggingReplicas.OverAsync(server.Primary.ConnectionString, "r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            RunAsync(set, new ConsistentMonotonicPages(new MonotonicPages(set.DataSource)), Advancing)
        );
        Assert.Equal((3, 5), (told.Broken, told.Summary.Assignments));

        var snapshots = await RunAsync(set, new ConsistentSnapshotPages(new SnapshotPages(set.DataSource)), Advancing);
        Assert.Equal(2, snapshots.Assignments);
    }

    [SkippableTheory]
    [InlineData("MariaDB")]
    [InlineData("MySQL")]
    public async Task A_snapshot_that_ends_while_its_replica_is_ahead_leaves_the_moment(string kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var one = new LaggingReplicasOptions { ConnectionsHeld = 2 };
        await using var set = await LaggingReplicas.OverAsync(server.ConnectionString, one, "r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        var seen = new List<string>();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                // A draw of its own before: so runs come after the one in which the replica was ahead.
                var before = await set.TotalAsync();
                using (ReadSession.Begin(ReadConsistency.Snapshot, Guid.NewGuid()))
                {
                    var first = await set.TotalAsync();
                    string inner;
                    using (ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
                    {
                        inner = $"{await set.TotalAsync()}-{await set.TotalAsync()}";
                    }

                    seen.Add($"{before} {first} {inner} {await set.TotalAsync()}");
                }

                // It ends in the background; here, while the replica is ahead.
                await Eventually.IsAsync(() => set.All.All(static replica => replica.Open.IsEmpty), "the snapshot has ended");
            },
            Advancing
        );

        Assert.True(summary.AreAll);
        string[] each = ["10 10-10 10", "10 10-20 10", "10 20-20 10", "20 10-10 20", "20 10-20 20", "20 20-20 20"];
        Assert.Equal(each.SelectMany(static one => new[] { $"10 {one}", $"20 {one}" }).Order(), seen.Order());
    }

    private static Task<AssignmentSummary> RunAsync(LaggingReplicas set, IOrderPages pages, AssignmentOptions options) =>
        set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async run =>
            {
                var page = await pages.GetAsync(7);
                run.Check(page.IsConsistent);
            },
            options
        );

    private static async Task<LaggingReplicas> CreateAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        return set;
    }
}
