using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>What a read of one row by its key costs: processor time of the application and of the replica, and time.</summary>
/// <param name="Plain">Processor time of the application over a plain data source.</param>
/// <param name="Pinned">The same in a monotonic session of five reads: more by the median of pairs.</param>
/// <param name="Server">Processor time of the replica.</param>
internal sealed record MeasuredRead(TimeSpan Plain, TimeSpan Pinned, TimeSpan Server)
{
    public const int ReadsOfSession = 5;

    private const int WarmUpBlocks = 6;
    private const int Blocks = 40;
    private const int SessionsOfBlock = 300;

    public static async Task<MeasuredRead> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(
                "CREATE TABLE products (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL); INSERT INTO products VALUES (1, 'a product')"
            );
        }

        await cluster.WaitForReplicasAsync();
        var replica = cluster.Replicas[0];
        await using var plain = new MySqlDataSource(replica.ConnectionString);
        await using var replicated = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(cluster.Primary.ConnectionString)
            .AddReplica(replica.Name, replica.ConnectionString)
            .Build();

        // In pairs, one or the other first: what the process does beside, such as compiling, is in both. The first ones compile.
        var (ofPlain, more, ofServer) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var block = -WarmUpBlocks; block < Blocks; block++)
        {
            var onPinned = block % 2 == 0 ? await OfAsync(() => PinnedAsync(replicated)) : default;
            var server = ProcessorTime.Of(replica.ProcessId);
            var onPlain = await OfAsync(() => ReadsAsync(plain));
            server = ProcessorTime.Of(replica.ProcessId) - server;
            onPinned = block % 2 == 0 ? onPinned : await OfAsync(() => PinnedAsync(replicated));
            if (block >= 0)
            {
                ofPlain.Add(onPlain);
                more.Add(onPinned - onPlain);
                ofServer.Add(server / (SessionsOfBlock * ReadsOfSession));
            }
        }

        return new(Median(ofPlain), Median(ofPlain) + Median(more), Median(ofServer));
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task<TimeSpan> OfAsync(Func<Task> session)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < SessionsOfBlock; i++)
        {
            await session();
        }

        return (Environment.CpuUsage.TotalTime - before) / (SessionsOfBlock * ReadsOfSession);
    }

    private static async Task PinnedAsync(ReplicatedMySqlDataSource source)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await ReadsAsync(source);
    }

    private static async Task ReadsAsync(DbDataSource source)
    {
        for (var i = 0; i < ReadsOfSession; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteScalarAsync<string>("SELECT name FROM products WHERE id = @id", new { id = 1 });
        }
    }
}
