using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>What a read of one row by its key costs: processor time of the application and of the replica, and time.</summary>
/// <param name="Plain">Processor time of the application over a plain data source.</param>
/// <param name="Pinned">The same in a monotonic session of five reads.</param>
/// <param name="Server">Processor time of the replica.</param>
internal sealed record MeasuredRead(TimeSpan Plain, TimeSpan Pinned, TimeSpan Server)
{
    public const int ReadsOfSession = 5;

    private const int Blocks = 20;
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

        // The best block of each: what the process does beside, such as compiling, is in all of them.
        var (ofPlain, ofPinned, ofServer) = (TimeSpan.MaxValue, TimeSpan.MaxValue, new List<TimeSpan>());
        for (var block = -2; block < Blocks; block++)
        {
            var server = ProcessorTime.Of(replica.ProcessId);
            var onPlain = await OfAsync(() => ReadsAsync(plain));
            server = ProcessorTime.Of(replica.ProcessId) - server;
            var onPinned = await OfAsync(() => PinnedAsync(replicated));
            if (block >= 0)
            {
                ofServer.Add(server / (SessionsOfBlock * ReadsOfSession));
                (ofPlain, ofPinned) = (onPlain < ofPlain ? onPlain : ofPlain, onPinned < ofPinned ? onPinned : ofPinned);
            }
        }

        return new(ofPlain, ofPinned, ofServer.Order().ElementAt(Blocks / 2));
    }

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
