using System.Diagnostics;
using System.Globalization;
using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// Reads in a second while so many sessions run at once, each of which opens, reads one row by Dapper and closes, against plain data
/// sources over the same replicas, one of them drawn for each read. What a shared machine does in one moment it does not do in the next:
/// each way is measured in short slices, each beside one of the plain way, and what counts is the median of the pairs' ratios. Plain data
/// sources of a second set are one of the ways: what they differ by from 1 is how far the run can be trusted.
/// </summary>
internal static class ThroughputFigures
{
    private const double LeastRatio = 0.97;
    private const int WarmUpSlices = 3;
    private const string Control = "plain, other pools";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var options = ThroughputOptions.FromEnvironment();
        var most = options.Sessions.Max();

        // Three sets of pools lead to each replica, and the draws of one moment may all be the same.
        var connections = string.Create(CultureInfo.InvariantCulture, $"--max-connections={3 * most + 50}");
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3, serverOptions: [connections]);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(Product.Schema);
        }

        await cluster.WaitForReplicasAsync();
        await using var plain = new PlainSpread(cluster, most);
        await using var control = new PlainSpread(cluster, most);
        await using var replicated = Build(cluster, most);
        var ways = Ways(control, replicated, await WrittenAsync(cluster, replicated));

        // Pools grow, and code that runs often is compiled again.
        foreach (var read in ways.Select(static way => way.Way).Prepend(plain.ReadAsync))
        {
            await SliceAsync(most, read, WarmUp);
        }

        var figures = new List<Figure>();
        foreach (var sessions in options.Sessions)
        {
            foreach (var (what, way) in ways)
            {
                figures.Add(await CompareAsync(sessions, what, way, plain.ReadAsync, options));
            }
        }

        return figures;
    }

    private static (string What, Func<Task> Way)[] Ways(
        PlainSpread control,
        ReplicatedMySqlDataSource replicated,
        ReplicationPosition written
    )
    {
        var wrapper = new ConsistentSingleProductPages(new SingleProductPages(replicated));
        return
        [
            (Control, control.ReadAsync),
            ("outside a session", () => Product.ReadAsync(replicated)),
            ("monotonic", MonotonicAsync),
            ("causal, caught up", CausalAsync),
            ("generated wrapper", wrapper.ReadAsync),
        ];

        async Task MonotonicAsync()
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            await Product.ReadAsync(replicated);
        }

        async Task CausalAsync()
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            session.ObserveWrite(written, replicated);
            await Product.ReadAsync(replicated);
        }
    }

    private static async Task<Figure> CompareAsync(int sessions, string what, Func<Task> way, Func<Task> plain, ThroughputOptions options)
    {
        for (var i = 0; i < WarmUpSlices; i++)
        {
            await SliceAsync(sessions, plain, options.Slice);
            await SliceAsync(sessions, way, options.Slice);
        }

        var (ratios, speeds) = (new double[options.Pairs], new double[options.Pairs]);
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            // What the first of a pair leaves behind the second one finds.
            var isFirst = pair % 2 == 0;
            var early = await SliceAsync(sessions, isFirst ? way : plain, options.Slice);
            var late = await SliceAsync(sessions, isFirst ? plain : way, options.Slice);
            speeds[pair] = isFirst ? early : late;
            ratios[pair] = speeds[pair] / (isFirst ? late : early);
        }

        Array.Sort(ratios);
        Array.Sort(speeds);
        var ratio = At(ratios, 0.5);
        var figure = new Figure(
            "Throughput",
            $"{sessions} session{(sessions == 1 ? "" : "s")} at once, {what}",
            string.Create(CultureInfo.InvariantCulture, $"{At(speeds, 0.5):N0} reads/s"),
            string.Create(CultureInfo.InvariantCulture, $"{ratio:F3}, half of the pairs {At(ratios, 0.25):F2} to {At(ratios, 0.75):F2}")
        );
        return what == Control ? figure : figure with { Target = $"at least {LeastRatio}", IsMet = ratio >= LeastRatio };
    }

    // Reads in a second.
    private static async Task<double> SliceAsync(int sessions, Func<Task> read, TimeSpan slice)
    {
        var started = Stopwatch.GetTimestamp();
        var reads = await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Task.Run(LoopAsync)));
        return reads.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;

        async Task<int> LoopAsync()
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started) < slice; count++)
            {
                await read();
            }

            return count;
        }
    }

    private static ReplicatedMySqlDataSource Build(MariaDbCluster cluster, int most)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString);
        foreach (var server in cluster.Replicas)
        {
            builder.AddReplica(server.Name, PlainSpread.Pooled(server, most));
        }

        return builder.Build();
    }

    // Waited for once on each replica, so that all are known to have it.
    private static async Task<ReplicationPosition> WrittenAsync(MariaDbCluster cluster, ReplicatedMySqlDataSource source)
    {
        await using var connection = source.Primary.CreateConnection();
        var position = MariaDbGtidList.Parse((await connection.ExecuteScalarAsync<string>("select @@gtid_binlog_pos"))!);
        await cluster.WaitForReplicasAsync();
        for (var i = 0; i < 100; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            session.ObserveWrite(position, source);
            await Product.ReadAsync(source);
        }

        return position;
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)(sorted.Length * quantile)];
}
