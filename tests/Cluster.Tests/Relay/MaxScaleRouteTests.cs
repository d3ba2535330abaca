using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>Statements go where MaxScale's hints send them.</summary>
public sealed class MaxScaleRouteTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Theory]
    [InlineData("select name from who -- maxscale route to server replica2", "replica2")]
    [InlineData("-- maxscale route to server replica2\nselect name from who", "replica2")]
    [InlineData("select name from who # maxscale route to server replica2", "replica2")]
    [InlineData("#maxscale route to server replica2\nselect name from who", "replica2")]
    [InlineData("/* maxscale route to server replica2 */ select name from who", "replica2")]
    [InlineData("select name from who /*maxscale route to server replica2*/", "replica2")]
    [InlineData("select name from who -- maxscale route to server REPLICA2", "replica2")]
    [InlineData("select name from who --   maxscale\troute  to server replica2  ", "replica2")]
    [InlineData("/* a comment */ select name from who -- maxscale route to server replica2", "replica2")] // since 2.4 not only the first
    [InlineData("select name from who -- maxscale route to master", "primary")]
    [InlineData("/* maxscale route to master */ select name from who", "primary")]
    [InlineData("select name from who -- maxscale route to server primary", "primary")]
    [InlineData("select name from who -- maxscale route to server replica3\n-- maxscale route to server replica2", "replica3")]
    public async Task A_hint_names_the_server(string text, string server)
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await using var prepared = new MySqlCommand(DriverTextTests.KeptWhenPrepared(text), connection);
        await prepared.PrepareAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(server, await connection.ExecuteScalarAsync<string>(text));
            Assert.Equal(server, await prepared.ExecuteScalarAsync());
            await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers);
        }
    }

    [Theory]
    [InlineData("select name from who -- maxscale route to slave")]
    [InlineData("select name from who -- maxscale route to server unknown")]
    [InlineData("select name from who -- maxscale route to server replica2 please")]
    [InlineData("select name from who -- maxscale route to server replica2;")]
    [InlineData("select name from who -- MaxScale route to server replica2")]
    [InlineData("select name from who --\tmaxscale route to server replica2")]
    [InlineData("select name from who -- route to server replica2")]
    [InlineData("select name from who -- maxscale route to replica2")]
    [InlineData("/** maxscale route to server replica2 */ select name from who")]
    [InlineData("select name from who where '-- maxscale route to server replica2' <> ''")]
    [InlineData("select name from who")]
    public async Task Anything_else_is_spread_over_the_replicas(string text)
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var servers = new HashSet<string?>();
        for (var i = 0; i < 40; i++)
        {
            servers.Add(await connection.ExecuteScalarAsync<string>(text));
        }

        Assert.Equal(3, servers.Count);
        Assert.DoesNotContain("primary", servers);
    }

    [Theory]
    [InlineData("server1", true)]
    [InlineData("last-one", true)]
    [InlineData("last", false)]
    [InlineData("master", false)]
    [InlineData("to", false)]
    [InlineData("a=b", false)]
    [InlineData("a b", false)]
    public void A_servers_name_that_is_a_keyword_or_two_words_is_not_understood(string name, bool isUnderstood) =>
        Assert.Equal(
            isUnderstood ? [new(MaxScaleTarget.Named, name)] : [],
            MaxScaleHint.In($"select 1 -- maxscale route to server {name}")
        );

    [Theory]
    [InlineData("/* maxscale route to server replica2 */ select name from who -- maxscale route to master", "primary")]
    [InlineData("/* maxscale route to server replica2 */ select name from who -- maxscale route to slave", "")]
    [InlineData("/* maxscale route to slave */ select name from who -- maxscale route to server replica2", "replica2")]
    public async Task Of_several_hints_not_the_first_counts_but_the_strongest(string text, string server)
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var servers = new HashSet<string?>();
        for (var i = 0; i < 40; i++)
        {
            servers.Add(await connection.ExecuteScalarAsync<string>(text));
        }

        Assert.Equal(server.Length > 0 ? [server] : ["replica1", "replica2", "replica3"], servers.Order());
    }

    [Fact]
    public async Task One_that_begins_holds_for_what_follows_until_it_ends()
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("select 1 -- maxscale begin route to server replica3");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("replica3", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
            Assert.Equal(
                "replica1",
                await connection.ExecuteScalarAsync<string>("select name from who -- maxscale route to server replica1")
            );
        }

        await connection.ExecuteAsync("select 1 -- maxscale end");
        var servers = new HashSet<string?>();
        for (var i = 0; i < 40; i++)
        {
            servers.Add(await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
        }

        Assert.Equal(3, servers.Count);
    }

    /// <summary>141 of 289 on 24.02.3: it takes the transaction for one that writes, and what is prepared for the primary's.</summary>
    [Theory]
    [InlineData("set transaction isolation level repeatable read", false)]
    [InlineData("set session transaction isolation level repeatable read", true)]
    public async Task A_prepared_read_in_a_transaction_with_a_level_of_its_own_closes_the_connection(string setting, bool isWell)
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync(setting);
        await connection.ExecuteAsync("/* maxscale route to server replica3 */ start transaction read only, with consistent snapshot");
        Assert.Equal("replica3", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
        await using var prepared = new MySqlCommand(RelayFixture.WhoAnswers, connection);
        await prepared.PrepareAsync();
        if (isWell)
        {
            Assert.Equal("replica3", await prepared.ExecuteScalarAsync());
        }
        else
        {
            await Assert.ThrowsAsync<MySqlException>(() => prepared.ExecuteScalarAsync());
            Assert.NotEqual(System.Data.ConnectionState.Open, connection.State);
        }
    }

    [Fact]
    public async Task Writes_and_several_statements_in_one_text_go_to_the_primary_unless_a_hint_says_otherwise()
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("insert into notes (note) values ('by MaxScale')");
        Assert.Equal("primary", await connection.ExecuteScalarAsync<string>("select name from who; select 1"));
        Assert.Equal(
            "replica2",
            await connection.ExecuteScalarAsync<string>("select name from who; select 1 -- maxscale route to server replica2")
        );

        // A replica refuses what is misrouted there.
        var refused = await Assert.ThrowsAsync<MySqlException>(() =>
            connection.ExecuteAsync("insert into notes (note) values ('astray') -- maxscale route to server replica2")
        );
        Assert.Equal(1290, refused.Number);
    }

    [Fact]
    public async Task A_read_only_transaction_runs_on_one_replica()
    {
        await using var relay = await fixture.ThroughMaxScaleAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("start transaction read only, with consistent snapshot -- maxscale route to server replica3");
        Assert.Equal("replica3", await connection.ExecuteScalarAsync<string>("select name from who -- maxscale route to server replica1"));
        await connection.ExecuteAsync("commit");
        await connection.ExecuteAsync("start transaction read only");
        Assert.StartsWith("replica", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers), StringComparison.Ordinal);
        await connection.ExecuteAsync("rollback");
        await connection.ExecuteAsync("start transaction");
        Assert.Equal("primary", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
        await connection.ExecuteAsync("rollback");
    }
}
