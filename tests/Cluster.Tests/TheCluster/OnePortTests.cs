using System.Globalization;
using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.TheCluster;

/// <summary>Replicas at addresses of their own, for what takes one port for several hosts.</summary>
[SupportedOSPlatform("linux")]
public sealed class OnePortTests
{
    [Fact]
    public async Task Each_replica_answers_at_its_own_address_and_again_after_a_restart()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 2, onOnePort: true);

        Assert.All(cluster.Replicas, replica => Assert.Equal(cluster.Primary.Port, replica.Port));
        string[] hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
        Assert.Equal(hosts, cluster.Replicas.Prepend<MariaDbServer>(cluster.Primary).Select(static server => server.Host));
        long[] replicas = [2, 3];
        Assert.Equal(replicas, await BalancedAsync(cluster));

        await cluster.Replicas[0].RestartAsync();
        await cluster.WaitForReplicasAsync();

        Assert.Equal(replicas, await BalancedAsync(cluster));
    }

    // The servers that the driver's own balancing comes to: one connection string for all replicas.
    private static async Task<long[]> BalancedAsync(MariaDbCluster cluster)
    {
        var hosts = string.Join(',', cluster.Replicas.Select(static replica => replica.Host));
        var settings = new MySqlConnectionStringBuilder(cluster.Replicas[0].ConnectionString)
        {
            Server = hosts,
            LoadBalance = MySqlLoadBalance.RoundRobin,
        };
        await using var source = new MySqlDataSource(settings.ConnectionString);
        var ids = new List<long>();
        await using var first = await source.OpenConnectionAsync();
        await using var second = await source.OpenConnectionAsync();
        foreach (var connection in (MySqlConnection[])[first, second])
        {
            await using var command = new MySqlCommand("select @@server_id", connection);
            ids.Add(Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture));
        }

        return [.. ids.Order()];
    }
}
