using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.TheCluster;

[SupportedOSPlatform("linux")]
public sealed class PortTests
{
    [Fact]
    public void A_port_is_nobody_elses_while_its_server_is_down_and_free_again_afterwards()
    {
        // Where no cluster takes its ports from.
        var taken = LoopbackPort.Take(() => Random.Shared.Next(15_000, 17_000));
        var proposals = new Queue<int>([taken.Number, taken.Number + 1, taken.Number + 2, taken.Number + 3]);
        using (var other = LoopbackPort.Take(proposals.Dequeue))
        {
            Assert.NotEqual(taken.Number, other.Number);
        }

        taken.Dispose();
        proposals = new([taken.Number]);
        using var again = LoopbackPort.Take(proposals.Dequeue);
        Assert.Equal(taken.Number, again.Number);
    }

    [Fact]
    public async Task A_MySQL_server_whose_port_another_one_got_first_is_started_on_another_port()
    {
        await using var cluster = await MySqlCluster.StartAsync(MySqlRelease.Oldest, replicas: 0);
        var directory = Directory.CreateTempSubdirectory("mr-port-test-").FullName;
        await using var watchdog = Watchdog.Over(directory);
        var template = Path.Combine(directory, "template");
        await MySqlRelease.Oldest.BootstrapAsync(template);
        var server = new MySqlServer(MySqlRelease.Oldest, directory, serverId: 7);
        var ports = new Queue<LoopbackPort>([new(cluster.Servers[0].Port, held: null), LoopbackPort.Take()]);

        await server.StartAsync(Path.Combine(template, "data"), ports.Dequeue);

        Assert.NotEqual(cluster.Servers[0].Port, server.Port);
        Assert.Equal(7, await ServerIdAsync(server.Port));
        Assert.Equal(1, await ServerIdAsync(cluster.Servers[0].Port));
        await watchdog.DisposeAsync();
        server.Ended();
    }

    private static async Task<long> ServerIdAsync(int port)
    {
        await using var connection = new MySqlConnection($"Server=127.0.0.1;Port={port};User ID=root;SslMode=None;Pooling=False");
        await connection.OpenAsync();
        await using var command = new MySqlCommand("select @@server_id", connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
