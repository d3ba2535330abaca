using Dapper;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>The connections of our own questions are the pool's like any other: who looks whether there is one left must know of them.</summary>
public sealed class OwnConnectionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_is_in_use_until_it_is_closed(bool isAsync)
    {
        await using var source = fixture.BuildSource(maximumPoolSize: 1);
        var server = source.Routed.Router.Replicas.Servers[0];
        for (var i = 0; i < 2; i++)
        {
            await using (await OpenAsync(server, isAsync))
            {
                Assert.True(server.Pool.IsFull);
            }

            Assert.False(server.Pool.IsFull);
        }
    }

    [Fact]
    public async Task One_that_the_server_has_closed_is_not_in_use()
    {
        await using var source = fixture.BuildSource(maximumPoolSize: 1);
        var server = source.Routed.Router.Replicas.Servers[0];
        await using (var connection = (MySqlConnection)await OpenAsync(server, isAsync: true))
        {
            await using var admin = new MySqlConnection(fixture.Cluster.Replicas[0].AdminConnectionString);
            await admin.ExecuteAsync($"kill {connection.ServerThread}");
            await Assert.ThrowsAnyAsync<MySqlException>(() => connection.ExecuteAsync("do 1"));
        }

        Assert.False(server.Pool.IsFull);
    }

    [Fact]
    public async Task One_that_opens_when_nobody_waits_any_more_is_not_in_use()
    {
        await using var source = fixture.BuildSource(maximumPoolSize: 1);
        var server = source.Routed.Router.Replicas.Servers[0];
        await using (await OpenAsync(server, isAsync: true))
        {
            await Assert.ThrowsAsync<TimeoutException>(async () =>
                await BoundedOpening.OpenAsync(
                    server,
                    TimeSpan.FromMilliseconds(50),
                    TimeProvider.System,
                    isAsync: true,
                    CancellationToken.None
                )
            );
            Assert.True(server.Pool.IsUsedUp);
        }

        await Eventually.IsAsync(() => Task.FromResult(!server.Pool.IsFull), "the one that came late is given back");
    }

    [Fact]
    public async Task One_that_does_not_open_is_not_in_use()
    {
        await using var source = fixture.BuildSource(maximumPoolSize: 1);
        var server = source.Routed.Router.Replicas.Servers[2];
        await fixture.Cluster.Replicas[2].KillAsync();
        try
        {
            await Assert.ThrowsAnyAsync<MySqlException>(() => OpenAsync(server, isAsync: true));
            Assert.False(server.Pool.IsFull);
        }
        finally
        {
            await fixture.Cluster.Replicas[2].RestartAsync();
        }
    }

    private static async Task<System.Data.Common.DbConnection> OpenAsync(RoutedServer server, bool isAsync) =>
        await BoundedOpening.OpenAsync(server, BoundedOpening.Patience, TimeProvider.System, isAsync, CancellationToken.None);
}
