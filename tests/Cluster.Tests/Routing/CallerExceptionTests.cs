using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What reaches a caller is the driver's exception, a documented one, or that the caller has given up: never a bare TimeoutException
/// of a question of ours.</summary>
public sealed class CallerExceptionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public async Task Who_gives_up_while_a_server_is_silent_is_told_that(int cancellationTimeout)
    {
        var replica = fixture.Cluster.Replicas[0];
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica(replica.Name, $"{replica.ConnectionString};CancellationTimeout={cancellationTimeout}")
            .Build();
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 1_000 });
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
        await using (var primary = await source.Primary.OpenConnectionAsync())
        {
            await primary.ExecuteAsync("insert into writes (server) values ('')");
        }

        await replica.PauseAsync();
        try
        {
            using var token = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                connection.ExecuteScalarAsync<string>(new CommandDefinition(RoutingFixture.WhoAnswers, cancellationToken: token.Token))
            );
        }
        finally
        {
            await replica.ResumeAsync();
        }
    }

    /// <summary>The first question to the primary, through a proxy, may take the driver's time: there is no other primary.</summary>
    [Fact]
    public async Task A_primary_that_answers_late_is_no_bare_timeout()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await using var relay = await StatementRelay.StartAsync(RelayServer.Of(cluster), new ShopifyForkRoute(1));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(relay.ConnectionString, ProxyDialect.ShopifyFork)
            .UseReplicaLoss(ReplicaLoss.Redraw)
            .Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select 1"));

        // So that the relay has its connection to the primary.
        await connection.Inner.ExecuteScalarAsync<int>("/* hostgroup:0 */ select 1");
        await cluster.Primary.PauseAsync();
        var read = Task.Run(async () =>
        {
            using var nested = ReadSession.Begin(ReadConsistency.Primary);
            return await connection.ExecuteScalarAsync<int>("select 1");
        });

        // Longer than a question of ours waits, shorter than the driver.
        await Task.Delay(TimeSpan.FromSeconds(5.5));
        await cluster.Primary.ResumeAsync();
        var failure = await Record.ExceptionAsync(() => read);
        Assert.True(failure is null or MySqlException or ReplicaLostException, failure?.ToString());
    }
}
