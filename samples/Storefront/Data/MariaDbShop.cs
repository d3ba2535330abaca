using Dapper;
using MonotonicReads;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace Storefront.Data;

/// <summary>A MariaDB primary with three replicas, started for this run and gone after it.</summary>
internal sealed class MariaDbShop : IShopDatabase
{
    private readonly MariaDbCluster _cluster;

    private readonly List<MariaDbShopReplica> _replicas;

    private MariaDbShop(MariaDbCluster cluster, List<MariaDbShopReplica> replicas, ReplicatedDataSource source)
    {
        _cluster = cluster;
        _replicas = replicas;
        Source = source;
    }

    public ReplicatedDataSource Source { get; }

    public IReadOnlyList<IShopReplica> Replicas => _replicas;

    public string Kind => "MariaDB";

    public bool HasPositions => true;

    public TimeSpan LagStep => TimeSpan.FromSeconds(1); // MASTER_DELAY is in whole seconds

    public static async Task<MariaDbShop> CreateAsync(CancellationToken cancellation)
    {
        var cluster = await MariaDbCluster.StartAsync(replicas: IShopDatabase.Lags.Length, cancellation: cancellation);
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString);
        await CreateTablesAsync(cluster.Primary);
        await cluster.WaitForReplicasAsync(cancellation: cancellation);
        await NameAsync(cluster.Primary);
        var replicas = new List<MariaDbShopReplica>();
        foreach (var (server, lag) in cluster.Replicas.Zip(IShopDatabase.Lags))
        {
            await NameAsync(server);
            var replica = new MariaDbShopReplica(server);
            await replica.SetLagAsync(lag);
            replicas.Add(replica);
            builder.AddReplica(server.Name, server.ConnectionString);
        }

        return new MariaDbShop(cluster, replicas, builder.Build());
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

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
