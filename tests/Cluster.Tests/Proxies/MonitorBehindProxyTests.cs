using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>What the monitor's options say holds behind a proxy too.</summary>
public sealed class MonitorBehindProxyTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    /// <summary>The proxy tries for 10 seconds to reach a dead server: who asks for half a second does not wait for that.</summary>
    [Fact]
    public async Task A_dead_replica_is_seen_within_the_timeout_that_was_asked_for()
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ProxySql,
            b =>
                b.UseMonitor(
                    new MonitorOptions
                    {
                        Interval = TimeSpan.FromMilliseconds(50),
                        Timeout = TimeSpan.FromMilliseconds(500),
                        FailuresUntilDown = 2,
                    }
                )
        );
        through.ProxySql.ConnectTimeout = TimeSpan.FromSeconds(10);
        await AllUpAsync(through.Source);
        through.Server("replica2").IsAvailable = false;
        using var clock = MachineTime.Start();
        await Eventually.IsAsync(
            () => through.Source.GetServers().Single(server => server.Name == "replica2").Health == ServerHealth.Down,
            "replica2 is down"
        );
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task After_the_proxy_was_restarted_servers_are_back_at_the_next_look()
    {
        var servers = fixture.Servers(1, 1, 1);
        var route = ProxySqlRoute.WithHostgroupPerReplica(1, servers);
        var relay = await StatementRelay.StartAsync(servers, route);
        var builder = new ReplicatedMySqlDataSourceBuilder().UseProxy(relay.ConnectionString, ProxyDialect.ProxySql);
        foreach (var server in servers.Where(server => !server.IsPrimary))
        {
            builder.AddReplica(server.Name, "");
        }

        await using var source = builder
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(300), SuccessesUntilUp = 1000 })
            .Build();
        await AllUpAsync(source);
        var port = relay.Port;
        await relay.DisposeAsync();
        await Eventually.IsAsync(() => source.GetServers().All(server => server.Health == ServerHealth.Down), "all are down");
        await using var restarted = await StatementRelay.StartAsync(servers, route, port);
        await AllUpAsync(source);

        // One that was down itself has to prove that it stays.
        servers[2].IsAvailable = false;
        await Eventually.IsAsync(() => source.GetServers()[2].Health == ServerHealth.Down, "replica2 is down");
        servers[2].IsAvailable = true;
        await Eventually.IsAsync(() => source.GetServers()[2].Error is null, "replica2 answers");
        Assert.Equal(ServerHealth.Down, source.GetServers()[2].Health);
    }

    private static Task AllUpAsync(ReplicatedMySqlDataSource source) =>
        Eventually.IsAsync(() => source.GetServers().All(server => server.Health == ServerHealth.Up), "all are up");
}
