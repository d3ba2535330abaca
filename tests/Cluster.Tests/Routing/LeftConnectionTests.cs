using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A connection that is being opened while its pool ends is closed: the driver's would keep it for good.</summary>
public sealed class LeftConnectionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Connections =
        "select count(*) from information_schema.processlist where user = 'app' and command <> 'Binlog Dump'";

    private MariaDbReplica Replica => fixture.Cluster.Replicas[0];

    public enum PoolEnd
    {
        Disposed,
        Removed,
        LedElsewhere,
    }

    [Theory]
    [InlineData(PoolEnd.Disposed, false)]
    [InlineData(PoolEnd.Removed, false)]
    [InlineData(PoolEnd.LedElsewhere, false)]
    [InlineData(PoolEnd.Disposed, true)]
    [InlineData(PoolEnd.Removed, true)]
    [InlineData(PoolEnd.LedElsewhere, true)]
    public async Task None_is_left_at_the_server(PoolEnd end, bool waitsForAnother)
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        Assert.Equal(0, await admin.ExecuteScalarAsync<long>(Connections));
        using var relay = new CommandRelay(Replica.Port);
        var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica(
                "r1",
                new MySqlConnectionStringBuilder(Replica.ConnectionString)
                {
                    Port = (uint)relay.Port,
                    MaximumPoolSize = waitsForAnother ? 1u : 100u,
                    ConnectionTimeout = 30,
                }.ConnectionString
            )
            .Build();
        await RoutingFixture.AskAsync(source);

        // The first one is in use: another has to be made, and each answer to that takes a while; or it waits until the first is given
        // back, when the driver's pool has ended.
        var first = await source.OpenConnectionAsync();
        var pool = source.Replicas[0].Pool;
        relay.Delay = TimeSpan.FromMilliseconds(300);
        var opening = Task.Run(async () =>
        {
            await using var second = await source.OpenConnectionAsync();
        });
        await Eventually.IsAsync(
            () => Task.FromResult(waitsForAnother ? pool.IsUsedUp : relay.Connections > 1),
            "the second one is on its way"
        );
        switch (end)
        {
            case PoolEnd.Disposed:
                await source.DisposeAsync();
                break;
            case PoolEnd.Removed:
                source.UpdateReplicas([new("r2", fixture.Cluster.Replicas[1].ConnectionString)]);
                break;
            default:
                source.Replicas[0].Pool.Current.Retire();
                break;
        }

        if (waitsForAnother)
        {
            await first.DisposeAsync();
        }

        var told = await Record.ExceptionAsync(() => opening);
        Assert.Equal(end == PoolEnd.Disposed, told is ObjectDisposedException);
        relay.Delay = TimeSpan.Zero;
        await first.DisposeAsync();
        if (end == PoolEnd.LedElsewhere)
        {
            // What was opened in its stead is the source's as long as that lives.
            await source.DisposeAsync();
        }

        await Eventually.IsAsync(async () => await admin.ExecuteScalarAsync<long>(Connections) == 0, "none is left");
        await source.DisposeAsync();
    }
}
