using Dapper;
using MonotonicReads;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace Storefront.Data;

/// <summary>A MariaDB primary with three replicas, started for this run and gone after it.</summary>
internal sealed class MariaDbShop : IShopDatabase
{
    private readonly MariaDbCluster _cluster;

    private MariaDbShop(MariaDbCluster cluster, ReplicatedDataSource source)
    {
        _cluster = cluster;
        Source = source;
    }

    public ReplicatedDataSource Source { get; }

    public static async Task<MariaDbShop> CreateAsync()
    {
        var cluster = await MariaDbCluster.StartAsync(replicas: IShopDatabase.Lags.Length);
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString);
        await CreateTablesAsync(cluster.Primary);
        await cluster.WaitForReplicasAsync();
        await NameAsync(cluster.Primary);
        foreach (var (replica, lag) in cluster.Replicas.Zip(IShopDatabase.Lags))
        {
            await NameAsync(replica);
            await replica.SetDelayAsync(lag);
            builder.AddReplica(replica.Name, replica.ConnectionString);
        }

        return new MariaDbShop(cluster, builder.Build());
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private static async Task CreateTablesAsync(MariaDbServer primary)
    {
        await using var connection = new MySqlConnection(primary.ConnectionString);
        foreach (var table in Schema.Tables)
        {
            await connection.ExecuteAsync(table);
        }

        foreach (var (sql, row) in Schema.Rows())
        {
            await connection.ExecuteAsync(sql, row);
        }
    }

    // Each server says its own name, so this one row must not be replicated.
    private static async Task NameAsync(MariaDbServer server)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync("set sql_log_bin = 0; insert into this_server values (@name)", new { name = server.Name });
    }
}
