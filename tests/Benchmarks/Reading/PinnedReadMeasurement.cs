using System.Data.Common;
using System.Diagnostics;
using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// Open, read one row by Dapper, close: in a session of the replicated data source against a plain
/// <see cref="MySqlDataSource"/> on the same replica. On a shared machine one run differs from the next by far more than
/// the two ways differ, so both are measured in one run, read by read in turn. What other processes do only adds to a
/// read, so the figure is that of the undisturbed reads, the first percentile; the median stands beside it. There are two
/// plain data sources: what they differ by is how far the run can be trusted, and both together are what is compared with.
/// </summary>
internal static class PinnedReadMeasurement
{
    private const int WarmUpRounds = 3_000;
    private const int Rounds = 20_000;
    private const double Undisturbed = 0.01;
    private const double Half = 0.5;
    private const double MostRatio = 1.03;

    private const string Sql = "select id, name, price from products where id = @id";

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(
                "create table products (id int primary key, name varchar(40) not null, price int not null); insert into products values (1, 'a product', 100)");
        }

        await cluster.WaitForReplicasAsync();

        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString);
        foreach (var server in cluster.Replicas)
        {
            builder.AddReplica(server.Name, server.ConnectionString);
        }

        await using var replicated = builder.Build();
        var id = Guid.NewGuid();
        var weighted = cluster.Replicas.Select(server => new WeightedReplica(server.Name, 1, IsAvailable: true)).ToArray();
        var replica = cluster.Replicas[ReplicaSelectors.WeightedModulo.Select(id, weighted)];
        await using var plain = new MySqlDataSource(replica.ConnectionString);
        await using var control = new MySqlDataSource(replica.ConnectionString);

        Func<Task<double>>[] ways = [() => PlainAsync(plain), () => PlainAsync(control), () => PinnedAsync(replicated, id)];
        await MeasureAsync(ways, WarmUpRounds);
        var times = await MeasureAsync(ways, Rounds);
        double[] bothPlain = [.. times[0].Concat(times[1]).Order()];
        return
        [
            Line("plain", bothPlain),
            Line("plain, first of two", times[0]),
            Line("plain, second of two", times[1]),
            Line("in a session", times[2]) with { Target = $"at most {MostRatio}", IsMet = Ratio(times[2], Undisturbed) <= MostRatio },
        ];

        Figure Line(string what, double[] sorted) => new(
            "Pinned read",
            $"open + Dapper row, {what}",
            $"{At(sorted, Undisturbed):F1} us, median {At(sorted, Half):F1}",
            $"{Ratio(sorted, Undisturbed):F3}, median {Ratio(sorted, Half):F3}");

        double Ratio(double[] sorted, double quantile) => At(sorted, quantile) / At(bothPlain, quantile);

        static double At(double[] sorted, double quantile) => sorted[(int)(sorted.Length * quantile)];
    }

    /// <summary>The sorted times of each way, in microseconds.</summary>
    private static async Task<double[][]> MeasureAsync(Func<Task<double>>[] ways, int rounds)
    {
        var times = ways.Select(_ => new double[rounds]).ToArray();
        var order = Enumerable.Range(0, ways.Length).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            // A read finds what the one before left in the caches; in a fixed order that would always be the same one.
            Random.Shared.Shuffle(order);
            foreach (var way in order)
            {
                times[way][round] = await ways[way]();
            }
        }

        foreach (var way in times)
        {
            Array.Sort(way);
        }

        return times;
    }

    private static async Task<double> PlainAsync(DbDataSource source)
    {
        var started = Stopwatch.GetTimestamp();
        await ReadAsync(source);
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }

    private static async Task<double> PinnedAsync(DbDataSource source, Guid id)
    {
        var started = Stopwatch.GetTimestamp();
        using (ReadSession.Begin(ReadConsistency.Monotonic, id))
        {
            await ReadAsync(source);
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }

    private static async Task ReadAsync(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.QuerySingleAsync<Product>(Sql, new { id = 1 });
    }

    private sealed record Product(int Id, string Name, int Price);
}
