using System.Diagnostics;
using System.Globalization;
using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// What each level costs where replicas keep up and somebody else writes all the time: a session of one read, and one of five, in turns,
/// each beside a monotonic one.
/// </summary>
internal static class LevelFigures
{
    private const int WarmUpRounds = 300;
    private const int Rounds = 3_000;
    private const int ReadsOfPage = 5;
    private const string Newest = "select coalesce(max(id), 0) from notes";

    private static readonly ReadSessionOptions Default = new();
    private static readonly ReadSessionOptions Bounded = new() { MaxStalenessMilliseconds = 2_000 };

    private static readonly (string What, ReadConsistency Level, ReadSessionOptions Options)[] Levels =
    [
        ("monotonic", ReadConsistency.Monotonic, Default),
        ("monotonic, at most 2 s old", ReadConsistency.Monotonic, Bounded),
        ("causal, nothing written", ReadConsistency.Causal, Default),
        ("global", ReadConsistency.Global, Default),
        ("primary", ReadConsistency.Primary, Default),
    ];

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync("create table notes (id bigint auto_increment primary key, text varchar(20))");
        }

        await cluster.WaitForReplicasAsync();
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString).UseMonitor().RecordDecisions();
        foreach (var replica in cluster.Replicas)
        {
            builder.AddReplica(replica.Name, replica.ConnectionString);
        }

        await using var source = builder.Build();
        using var over = new CancellationTokenSource();
        var writing = WriteAsync(cluster.Primary.ConnectionString, over.Token);
        var figures = new List<Figure>();
        foreach (var reads in new[] { 1, ReadsOfPage })
        {
            var times = Levels.ToDictionary(level => level.What, _ => new List<double>());
            var onPrimary = Levels.ToDictionary(level => level.What, _ => 0);
            for (var i = -WarmUpRounds; i < Rounds; i++)
            {
                foreach (var (what, level, options) in Levels)
                {
                    using var session = ReadSession.Begin(level, options);
                    var started = Stopwatch.GetTimestamp();
                    for (var read = 0; read < reads; read++)
                    {
                        await using var connection = await source.OpenConnectionAsync();
                        await connection.ExecuteScalarAsync<long>(Newest);
                    }

                    if (i >= 0)
                    {
                        times[what].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                        onPrimary[what] += session.GetDecisions().Count(decision => decision.Server == "primary");
                    }
                }
            }

            figures.AddRange(
                Levels.Select(level => new Figure(
                    "Level",
                    $"a session of {reads} read{(reads == 1 ? "" : "s")}, {level.What}",
                    Text(times[level.What], (double)onPrimary[level.What] / (Rounds * reads)),
                    string.Create(CultureInfo.InvariantCulture, $"{Ratio(times[level.What], times["monotonic"]):F2}")
                ))
            );
        }

        await over.CancelAsync();
        await writing;
        return figures;
    }

    // Somebody else, some two hundred times a second.
    private static async Task WriteAsync(string primary, CancellationToken over)
    {
        await using var connection = new MySqlConnection(primary);
        await connection.OpenAsync(CancellationToken.None);
        while (!over.IsCancellationRequested)
        {
            await connection.ExecuteAsync("insert into notes (text) values ('w')");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    // Of those that were measured in turns, the median of the turns' ratios: what else the machine does meanwhile is in both.
    private static double Ratio(List<double> times, List<double> beside) => At([.. times.Zip(beside, (time, other) => time / other)], 0.5);

    private static double At(List<double> times, double quantile) => times.Order().ElementAt((int)(times.Count * quantile));

    private static string Text(List<double> times, double onPrimary) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"median {At(times, 0.5):F2} ms, p95 {At(times, 0.95):F2} ms, {onPrimary:P1} on the primary"
        );
}
