using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>A server that goes away ends a statement, not the client's connection.</summary>
public sealed class ServerLossTests
{
    [Fact]
    public async Task Without_its_primary_the_relay_still_reads()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await using var relay = await StatementRelay.StartAsync(RelayServer.Of(cluster), new MaxScaleRoute(seed: 1));
        await cluster.Primary.KillAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select 1"));
        var refused = await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("create table t (n int)"));
        Assert.Equal("The relay has no available primary.", refused.Message);
    }

    [Fact]
    public async Task A_killed_server_is_an_error_once_and_is_left_out_until_it_is_said_to_be_back()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 2);
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, new MaxScaleRoute(seed: 1));
        await using var connection = await RelayFixture.OpenAsync(relay);
        const string OnSecond = "select 1 -- maxscale route to server replica2";
        await connection.ExecuteAsync("set session group_concat_max_len = 4321");
        await connection.ExecuteAsync(OnSecond);
        await cluster.Replicas[1].KillAsync();

        var lost = await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync(OnSecond));
        Assert.Equal((2013, "The server replica2 has closed the connection."), (lost.Number, lost.Message));
        relay.Reset();
        for (var i = 0; i < 10; i++)
        {
            await connection.ExecuteAsync(OnSecond);
        }

        Assert.All(relay.Statements, statement => Assert.Equal("replica1", statement.Server));
        Assert.False(servers[2].IsAvailable);

        await cluster.Replicas[1].RestartAsync();
        servers[2].IsAvailable = true;
        relay.Reset();
        const string Setting =
            "select variable_value from information_schema.session_variables where variable_name = 'group_concat_max_len' -- maxscale route to server replica2";
        Assert.Equal(4321, await connection.ExecuteScalarAsync<int>(Setting));
        Assert.Equal("replica2", Assert.Single(relay.Statements).Server);
        Assert.Empty(relay.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_slow_to_open_is_waited_for_unless_the_test_says_for_how_long(bool isLimited)
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, new MaxScaleRoute(seed: 1));
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.OpenTimeout = isLimited ? TimeSpan.FromMilliseconds(100) : relay.OpenTimeout;
        await cluster.Replicas[0].PauseAsync();
        Task<int> read;
        try
        {
            relay.Reset();
            read = connection.ExecuteScalarAsync<int>("select 1");
            await Task.WhenAny(read, Task.Delay(isLimited ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(3)));
        }
        finally
        {
            await cluster.Replicas[0].ResumeAsync();
        }

        Assert.Equal(1, await read);
        Assert.Equal(!isLimited, servers[1].IsAvailable);
        Assert.Equal(isLimited ? "primary" : "replica1", Assert.Single(relay.Statements).Server);
    }
}
