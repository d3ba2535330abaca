using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>Statements go where stock ProxySQL sends them.</summary>
public sealed class ProxySqlRouteTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Theory]
    [InlineData("/* hostgroup=102 */ select name from who", "replica2")]
    [InlineData("/* ;hostgroup=103 */ select name from who", "replica3")]
    [InlineData("/*HostGroup = 101*/ select name from who", "replica1")]
    [InlineData("select /* hostgroup=102 */ name from who", "replica2")]
    [InlineData("select name from who /* hostgroup=102 */", "replica2")]
    [InlineData("/* a=b; hostgroup=102 ;c */ select name from who", "replica2")]
    [InlineData("/* hostgroup=101; hostgroup=102 */ select name from who", "replica2")] // the last one counts
    [InlineData("/* hostgroup=0 */ select name from who", "primary")]
    [InlineData("# line\n/* hostgroup=102 */ select name from who", "replica2")]
    [InlineData("/* hostgroup=102x */ select name from who", "replica2")] // as far as there are digits
    public async Task A_hostgroup_in_the_first_comment_counts(string text, string server)
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await using var prepared = new MySqlCommand(DriverTextTests.KeptWhenPrepared(text), connection);
        await prepared.PrepareAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(server, await connection.ExecuteScalarAsync<string>(text));
            Assert.Equal(server, await prepared.ExecuteScalarAsync());
            await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers);
        }

        Assert.Empty(Route(relay).EndedMultiplexing);
    }

    [Theory]
    [InlineData("-- hostgroup=102\nselect name from who")]
    [InlineData("# hostgroup=102\nselect name from who")]
    [InlineData("/* other */ /* hostgroup=102 */ select name from who")]
    [InlineData("/* hostgroup:102 */ select name from who")]
    [InlineData("/* hostgroup=replica2 */ select name from who")]
    [InlineData("/* hostgroup=-102 */ select name from who")]
    [InlineData("/* a,hostgroup=102 */ select name from who")]
    [InlineData("/*+ hostgroup=102 */ select name from who")] // a key "+ hostgroup"
    [InlineData("select name from who where '/* hostgroup=102 */' <> ''")]
    [InlineData("select name from who")]
    public async Task Anything_else_is_spread_over_the_readers(string text)
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await using var prepared = new MySqlCommand(text, connection);
        await prepared.PrepareAsync();
        var servers = new HashSet<object?>();
        var preparedServers = new HashSet<object?>();
        for (var i = 0; i < 40; i++)
        {
            servers.Add(await connection.ExecuteScalarAsync<string>(text));
            preparedServers.Add(await prepared.ExecuteScalarAsync());
        }

        Assert.Equal(3, servers.Count);
        Assert.Equal(3, preparedServers.Count);
        Assert.Empty(Route(relay).EndedMultiplexing);
    }

    [Fact]
    public async Task An_at_sign_ends_multiplexing_until_the_connection_is_reset()
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var source = new MySqlDataSource(
            new MySqlConnectionStringBuilder(relay.ConnectionString) { MaximumPoolSize = 1 }.ConnectionString
        );
        await using (var connection = await source.OpenConnectionAsync())
        {
            const string Probe = "/* hostgroup=103 */ select @@server_id";
            await connection.ExecuteAsync(Probe);
            Assert.Equal([Probe], Route(relay).EndedMultiplexing);
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal("replica3", await connection.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who"));
                Assert.Equal("replica3", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
            }
        }

        await using var again = await source.OpenConnectionAsync();
        Assert.Equal("replica1", await again.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who"));
    }

    [Theory]
    [InlineData("select 'a@b', \"c@d\"")]
    [InlineData("/* a@b */ select 1")]
    [InlineData("select 1 -- a@b")]
    [InlineData("select @@version as v, @@session.transaction_isolation")] // as mysql-keep_multiplexing_variables comes
    [InlineData("set names utf8mb4")]
    [InlineData("select variable_value from information_schema.session_variables where variable_name = 'last_gtid'")]
    public async Task Near_misses_leave_multiplexing_on(string text)
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay, settings => settings.AllowUserVariables = true);
        try
        {
            await connection.ExecuteAsync(text);
        }
        catch (MySqlException exception)
        {
            // MariaDB 10.11 does not know every name; what matters is that it was sent.
            Assert.Equal(1193, exception.Number);
        }

        Assert.Contains(relay.Statements, statement => statement.Text.TrimEnd() == text);
        Assert.Empty(Route(relay).EndedMultiplexing);
        Assert.Equal("replica1", await connection.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who"));
    }

    [Fact]
    public async Task A_SET_with_others_in_one_text_locks_the_hostgroup()
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("/* hostgroup=102 */ set session transaction isolation level repeatable read; select 1");
        Assert.Equal("replica2", await connection.ExecuteScalarAsync<string>("/* hostgroup=102 */ select name from who"));
        var refused = await Assert.ThrowsAsync<MySqlException>(() =>
            connection.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who")
        );
        Assert.Equal(9006, refused.Number);
        Assert.Single(Route(relay).EndedMultiplexing);

        // Apart, they do not.
        await using var other = await RelayFixture.OpenAsync(relay);
        await other.ExecuteAsync("/* hostgroup=102 */ set session transaction isolation level repeatable read");
        await other.ExecuteAsync("/* hostgroup=102 */ start transaction read only, with consistent snapshot");
        Assert.Equal("replica2", await other.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
        await other.ExecuteAsync("commit");
        Assert.Equal("replica1", await other.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who"));
        Assert.Single(Route(relay).EndedMultiplexing);
    }

    [Fact]
    public async Task A_transaction_keeps_its_server_against_a_hostgroup()
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("/* hostgroup=102 */ start transaction read only");
        Assert.Equal("replica2", await connection.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who"));
        await connection.ExecuteAsync("/* hostgroup=101 */ commit");
        Assert.Equal("replica1", await connection.ExecuteScalarAsync<string>("/* hostgroup=101 */ select name from who"));
    }

    [Theory]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:23", true)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:5-7", false)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:23", false)]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:1,4e11fa47-71ca-11e1-9e33-c80aa9429562:2", false)]
    [InlineData("0-1-8", false)]
    public async Task Only_one_uuid_and_number_is_waited_for(string gtid, bool isChecked)
    {
        var servers = fixture.Servers();
        var route = ProxySqlRoute.WithHostgroupPerReplica(1, servers, (server, _) => server.Name == "replica2");
        await using var relay = await StatementRelay.StartAsync(servers, route);
        await using var connection = await RelayFixture.OpenAsync(relay);
        var answered = new HashSet<string?>();
        for (var i = 0; i < 40; i++)
        {
            answered.Add(await connection.ExecuteScalarAsync<string>($"/* min_gtid={gtid} */ select name from who"));
        }

        Assert.Equal(isChecked ? 1 : 3, answered.Count);
        Assert.Equal(isChecked ? 0 : 40, route.IgnoredGtids.Count);
        Assert.Equal(isChecked ? 40 : 0, route.CheckedGtids.Count);
        if (isChecked)
        {
            var refused = await Assert.ThrowsAsync<MySqlException>(() =>
                connection.ExecuteAsync($"/* min_gtid={gtid};hostgroup=101 */ select 1")
            );
            Assert.Equal(9001, refused.Number);
        }
    }

    [Fact]
    public async Task An_unknown_hostgroup_is_an_error_and_the_connection_goes_on()
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        Assert.Equal(
            9001,
            (await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("/* hostgroup=999 */ select 1"))).Number
        );
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select 1"));
    }

    private static ProxySqlRoute Route(StatementRelay relay) => (ProxySqlRoute)relay.Route;

    /// <summary>MySqlConnector's issue 1465, and what came of each transaction on 2.5.5.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_of_the_driver_fails_unless_it_waits_for_each_answer(bool isPipelined)
    {
        await using var relay = await fixture.ThroughProxySqlAsync();
        await using var connection = await RelayFixture.OpenAsync(relay, settings => settings.Pipelining = isPipelined);
        var failure = await Record.ExceptionAsync(async () =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("insert into notes (note) values ('pipelined')", transaction: transaction);
            await transaction.CommitAsync();
        });
        Assert.Equal(isPipelined, failure is not null);
        Assert.True(!isPipelined || failure!.Message.Contains("out-of-order", StringComparison.Ordinal), failure?.Message);
    }
}
