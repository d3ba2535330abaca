using System.Diagnostics;
using System.Globalization;
using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// What a page costs right after a write, with replicas that are 0, 1 and 3 seconds behind: five reads of a causal session, in the writer's
/// own session and in one that was resumed from its token, beside a plain page and beside "the primary for two seconds". And a session that
/// lives long: of 900 rounds of write and read, on replicas that are never behind, how many read on a replica.
/// </summary>
internal static class WaitFigures
{
    private const int Pages = 300;
    private const int ReadsOfPage = 5;
    private const int Side = 8;
    private const int SmallPool = 4;
    private const int Rounds = 900;
    private const double MostRatio = 1.3;
    private const double LeastShare = 0.99;
    private const string Write = "insert into notes (text) values ('w')";
    private const string Newest = "select coalesce(max(id), 0) from notes";

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync("create table notes (id bigint auto_increment primary key, text varchar(20))");
        }

        await cluster.WaitForReplicasAsync();
        await using var source = Build(cluster);
        var longSession = await LongSessionAsync(source, Rounds, TimeSpan.FromMilliseconds(3));
        var longerSession = await LongSessionAsync(source, 10 * Rounds, TimeSpan.Zero);
        await cluster.Replicas[1].SetDelayAsync(TimeSpan.FromSeconds(1));
        await cluster.Replicas[2].SetDelayAsync(TimeSpan.FromSeconds(3));
        await using var primary = new MySqlDataSource(cluster.Primary.ConnectionString);
        List<double> plain = [],
            byHand = [],
            own = [],
            resumed = [],
            plainBeside = [],
            beside = [],
            crowd = [];
        Dictionary<string, int> servers = [],
            serversOfCrowd = [];
        for (var i = 0; i < Pages; i++)
        {
            plain.Add(await PlainAsync(source));
            await WriteAsync(primary);
            byHand.Add(await TimeAsync(() => PageAsync(primary)));
            own.Add(await OwnAsync(source, servers));
            resumed.Add(await ResumedAsync(source, servers));
        }

        await using var small = Build(cluster, SmallPool);
        await SideBySideAsync(plainBeside, () => PlainAsync(source));
        await SideBySideAsync(beside, () => OwnAsync(source, servers));
        await SideBySideAsync(crowd, () => OwnAsync(small, serversOfCrowd));
        return
        [
            longSession,
            longerSession,
            Line("plain, any replica", plain),
            Line("\"primary for two seconds\" by hand", byHand),
            Limited("after a write, in its session", own),
            Limited("after a write, in a session resumed from its token", resumed),
            Line($"plain, {Side} at once", plainBeside),
            Line($"after a write, {Side} at once", beside),
            Line($"after a write, {Side} at once, {SmallPool} connections to each server", crowd),
            new("Page", "servers of the reads after a write", Shares(servers), ""),
            new("Page", $"servers of the reads after a write, {SmallPool} connections to each", Shares(serversOfCrowd), ""),
        ];

        Figure Line(string what, List<double> times) => new("Page", $"{ReadsOfPage} reads, {what}", Text(times), Against(times));

        Figure Limited(string what, List<double> times) =>
            Line(what, times) with
            {
                Target = $"at most {MostRatio}",
                IsMet = RatioToPlain(times) <= MostRatio,
            };

        string Against(List<double> times) => string.Create(CultureInfo.InvariantCulture, $"{RatioToPlain(times):F2}");

        // Of those that were measured in turns, the median of the turns' ratios: what else the machine does meanwhile is in both.
        double RatioToPlain(List<double> times) =>
            times.Count == plain.Count ? At([.. times.Zip(plain, (time, beside) => time / beside)], 0.5) : At(times, 0.5) / At(plain, 0.5);
    }

    private static ReplicatedMySqlDataSource Build(MariaDbCluster cluster, int poolSize = 100)
    {
        var pool = $";MaximumPoolSize={poolSize}";
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString + pool).RecordDecisions();
        foreach (var server in cluster.Replicas)
        {
            builder.AddReplica(server.Name, server.ConnectionString + pool);
        }

        return builder.Build();
    }

    private static Task SideBySideAsync(List<double> times, Func<Task<double>> page) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Side)
                .Select(async _ =>
                {
                    for (var i = 0; i < Pages / Side; i++)
                    {
                        var took = await page();
                        lock (times)
                        {
                            times.Add(took);
                        }
                    }
                })
        );

    private static async Task<Figure> LongSessionAsync(ReplicatedMySqlDataSource source, int rounds, TimeSpan pause)
    {
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        for (var i = 0; i < rounds; i++)
        {
            await WriteAsync(source.Primary);
            await Task.Delay(pause);
            await ReadAsync(source);
        }

        // A write is a decision too.
        var onReplicas = session.GetDecisions().Count(decision => decision.Server != "primary");
        var share = (double)onReplicas / rounds;
        return new Figure(
            "Long session",
            string.Create(CultureInfo.InvariantCulture, $"{rounds:N0} rounds of write, {pause.TotalMilliseconds:F0} ms, read"),
            "",
            $"{share:P1} on replicas",
            "at least 99 %",
            share >= LeastShare
        );
    }

    private static async Task<double> PlainAsync(ReplicatedMySqlDataSource source)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return await TimeAsync(() => PageAsync(source));
    }

    private static async Task<double> OwnAsync(ReplicatedMySqlDataSource source, Dictionary<string, int> servers)
    {
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        await WriteAsync(source.Primary);
        var took = await TimeAsync(() => PageAsync(source));
        Count(session, servers);
        return took;
    }

    private static async Task<double> ResumedAsync(ReplicatedMySqlDataSource source, Dictionary<string, int> servers)
    {
        var options = SessionTokenOptions.WithKey(new byte[32]);
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Causal))
        {
            await WriteAsync(source.Primary);
            token = await session.ToTokenAsync(options);
        }

        using var resumed = ReadSession.Resume(token, options);
        var took = await TimeAsync(() => PageAsync(source));
        Count(resumed, servers);
        return took;
    }

    private static void Count(ReadSession session, Dictionary<string, int> servers)
    {
        lock (servers)
        {
            foreach (var decision in session.GetDecisions().TakeLast(ReadsOfPage))
            {
                servers[decision.Server] = servers.GetValueOrDefault(decision.Server) + 1;
            }
        }
    }

    private static async Task PageAsync(System.Data.Common.DbDataSource source)
    {
        for (var i = 0; i < ReadsOfPage; i++)
        {
            await ReadAsync(source);
        }
    }

    private static async Task ReadAsync(System.Data.Common.DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static async Task WriteAsync(System.Data.Common.DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync(Write);
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var started = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double At(List<double> times, double quantile) => times.Order().ElementAt((int)(times.Count * quantile));

    private static string Text(List<double> times) =>
        string.Create(CultureInfo.InvariantCulture, $"median {At(times, 0.5):F1} ms, p95 {At(times, 0.95):F1} ms");

    private static string Shares(Dictionary<string, int> servers) =>
        string.Join(
            ", ",
            servers
                .OrderBy(server => server.Key, StringComparer.Ordinal)
                .Select(server =>
                    string.Create(CultureInfo.InvariantCulture, $"{server.Key} {(double)server.Value / servers.Values.Sum():P0}")
                )
        );
}
