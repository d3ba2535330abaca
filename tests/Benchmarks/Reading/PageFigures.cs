using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// The sample's order page on a real replica: four queries one by one against one round trip, and the page of a class that is annotated
/// as a whole with and without a line in the plans file.
/// </summary>
internal static class PageFigures
{
    private const int WarmUpRounds = 1_500;
    private const int Rounds = 6_000;
    private const double MostMerged = 0.75;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(OrderPage.Schema);
        }

        await cluster.WaitForReplicasAsync();
        var replica = cluster.Replicas[0];
        await using var plain = new MySqlDataSource(replica.ConnectionString);
        await using var replicated = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(cluster.Primary.ConnectionString)
            .AddReplica(replica.Name, replica.ConnectionString)
            .Build();
        return [.. await MergedAsync(plain), .. await PlannedAsync(plain, replicated)];
    }

    private static async Task<IReadOnlyList<Figure>> MergedAsync(MySqlDataSource plain)
    {
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => OrderPage.OneByOneAsync(plain, 1),
            () => OrderPage.MergedAsync(plain, 1),
            () => OrderPage.OneRoundTripAsync(plain, 1)
        );
        return
        [
            new("Page", "four queries, one by one", times[0].ToString(), times[0].Against(times[0])),
            new("Page", "as MR1010 leaves it: three in one, then the fourth", times[1].ToString(), times[1].Against(times[0])),
            new("Page", "four queries in one round trip", times[2].ToString(), times[2].Against(times[0]))
            {
                Target = $"below {MostMerged}",
                IsMet = times[2].Microseconds / times[0].Microseconds < MostMerged,
            },
        ];
    }

    private static async Task<IReadOnlyList<Figure>> PlannedAsync(MySqlDataSource plain, ReplicatedMySqlDataSource replicated)
    {
        var unwrapped = new UnplannedOrderPages(plain);
        var unplanned = new ConsistentUnplannedOrderPages(new UnplannedOrderPages(replicated));
        var filed = new ConsistentFiledOrderPages(new FiledOrderPages(replicated));
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => unwrapped.GetAsync(1),
            () => unplanned.GetAsync(1),
            () => filed.GetAsync(1)
        );
        return
        [
            new("Page", "four reads, plain", times[0].ToString(), times[0].Against(times[0])),
            new("Page", "annotated class, no plan", times[1].ToString(), times[1].Against(times[0])),
            new("Page", "annotated class, a line in MonotonicReads.Plans.txt", times[2].ToString(), times[2].Against(times[0]))
            {
                Target = "below 1",
                IsMet = times[2].Microseconds < times[0].Microseconds,
            },
        ];
    }
}
