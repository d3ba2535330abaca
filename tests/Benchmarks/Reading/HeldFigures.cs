using System.Data.Common;
using System.Diagnostics;
using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// What plans cost where many sessions are held at once: the time of a page among 256, planned and on connections held by hand, and how many
/// connections ten thousand sessions hold that have read once.
/// </summary>
internal static class HeldFigures
{
    private const int Concurrent = 256;
    private const int PagesEach = 60;
    private const int Turns = 7;
    private const int Sessions = 10_000;
    private const int AtOnce = 50;
    private const double MostTail = 1.1;
    private const double MostConnections = 1.1;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3, ["--max-connections=1000"]);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(SeriesPage.Schema);
        }

        await cluster.WaitForReplicasAsync();
        return [.. await ConcurrentAsync(cluster), .. await ConnectionsAsync(cluster)];
    }

    private static async Task<IReadOnlyList<Figure>> ConcurrentAsync(MariaDbCluster cluster)
    {
        await using var replicated = SeriesFigures.Build(cluster, replicas: 3);
        var plain = cluster.Replicas.Select(static replica => SeriesFigures.ForEntityFramework(replica.ConnectionString)).ToArray();
        var planned = new ConsistentDapperPages(new DapperPages());
        Func<Task> heldPage = () => SeriesPage.HeldAsync(plain[Random.Shared.Next(plain.Length)]);
        Func<Task> plannedPage = () => planned.ReadAsync(replicated);
        var (held, ours) = (new List<(double Half, double Tail)>(), new List<(double Half, double Tail)>());
        for (var turn = -1; turn < Turns; turn++)
        {
            var (first, second) = turn % 2 == 0 ? (heldPage, plannedPage) : (plannedPage, heldPage);
            var (one, other) = (await TimesAsync(first), await TimesAsync(second));
            if (turn >= 0)
            {
                held.Add(turn % 2 == 0 ? one : other);
                ours.Add(turn % 2 == 0 ? other : one);
            }
        }

        foreach (var source in plain)
        {
            await source.DisposeAsync();
        }

        var (heldHalf, heldTail) = (Median(held.Select(static t => t.Half)), Median(held.Select(static t => t.Tail)));
        var ratios = ours.Zip(held, static (o, h) => o.Tail / h.Tail).Order().ToArray();
        var half = Median(ours.Zip(held, static (o, h) => o.Half / h.Half));
        return
        [
            new(
                "Held",
                $"a page among {Concurrent}, on a connection held by hand: median, p99",
                $"{heldHalf:F0} us, {heldTail:F0} us",
                "1"
            ),
            new(
                "Held",
                $"a page among {Concurrent}, planned: median, p99, of {Turns} pairs",
                $"{Median(ours.Select(static t => t.Half)):F0} us, {Median(ours.Select(static t => t.Tail)):F0} us",
                $"{half:F3}, {Median(ratios):F3} ({ratios[0]:F2} to {ratios[^1]:F2})"
            )
            {
                Target = $"p99 at most {MostTail}",
                IsMet = Median(ratios) <= MostTail,
            },
        ];
    }

    private static async Task<(double Half, double Tail)> TimesAsync(Func<Task> page)
    {
        var times = new double[Concurrent * PagesEach];
        await Task.WhenAll(
            Enumerable
                .Range(0, Concurrent)
                .Select(worker =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < PagesEach; i++)
                        {
                            var started = Stopwatch.GetTimestamp();
                            await page();
                            times[(worker * PagesEach) + i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
                        }
                    })
                )
        );
        Array.Sort(times);
        return (times[times.Length / 2], times[times.Length * 99 / 100]);
    }

    private static async Task<IReadOnlyList<Figure>> ConnectionsAsync(MariaDbCluster cluster)
    {
        var without = await OpenedAsync(cluster, reads: 0);
        var with = await OpenedAsync(cluster, reads: SeriesPage.Reads);
        return
        [
            new("Held", $"{Sessions:N0} sessions that have read once, {AtOnce} at once, no plan", $"{without} connections", "1"),
            new(
                "Held",
                $"{Sessions:N0} sessions that have read once, {AtOnce} at once, planned",
                $"{with} connections",
                $"{(double)with / without:F2}"
            )
            {
                Target = $"at most {MostConnections}",
                IsMet = with <= MostConnections * without,
            },
        ];
    }

    private static async Task<int> OpenedAsync(MariaDbCluster cluster, int reads)
    {
        var counts = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            await using var source = SeriesFigures.Build(cluster, replicas: 3);
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var started = new CountdownEvent(Sessions);
            var flows = new Task[Sessions];
            using var places = new SemaphoreSlim(AtOnce);
            for (var flow = 0; flow < Sessions; flow++)
            {
                await places.WaitAsync();
                flows[flow] = HoldAsync(source, reads, places, started, end.Task);
            }

            await Task.Run(started.Wait);
            counts.Add(await CountAsync(cluster));
            end.SetResult();
            await Task.WhenAll(flows);
        }

        return counts.Order().ElementAt(1);
    }

    private static async Task HoldAsync(DbDataSource source, int reads, SemaphoreSlim places, CountdownEvent started, Task end)
    {
        await Task.Yield();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { Reads = reads });
        await using (var connection = source.CreateConnection())
        {
            await connection.QuerySingleAsync<long>("select Price from series_rows where Id = 1");
        }

        places.Release();
        started.Signal();
        await end;
    }

    private static async Task<int> CountAsync(MariaDbCluster cluster)
    {
        var count = 0;
        foreach (var replica in cluster.Replicas)
        {
            await using var admin = new MySqlConnection(replica.AdminConnectionString + ";Pooling=false");
            count += await admin.ExecuteScalarAsync<int>("select count(*) from information_schema.processlist where user = 'app'");
        }

        return count;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
