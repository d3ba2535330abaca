using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.TheCluster;

/// <summary>One cluster for the tests of a class; each test takes a table of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private MariaDbCluster? _cluster;
    private int _tables;

    public MariaDbCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not been started.");

    public async Task InitializeAsync() => _cluster = await MariaDbCluster.StartAsync(replicas: 3);

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>A new table with one bigint column <c>n</c>, present on every replica.</summary>
    public async Task<string> NewTableAsync()
    {
        var table = $"numbers{Interlocked.Increment(ref _tables)}";
        await ExecuteAsync(Cluster.Primary, $"create table {table} (n bigint primary key)");
        await Cluster.WaitForReplicasAsync();
        return table;
    }

    public static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.ConnectionString);
        await connection.ExecuteAsync(sql);
    }

    public static async Task<long> CountAsync(MariaDbServer server, string table)
    {
        await using var connection = new MySqlConnection(server.ConnectionString);
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
    }
}
