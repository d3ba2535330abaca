using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>Through MaxScale: a hint names the server, and is a wish.</summary>
public sealed class MaxScaleTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Fact]
    public async Task Statements_carry_the_hint_prepared_or_not()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        using (ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2")))
        {
            Assert.Equal("replica2", await through.AskAsync());
            await using var connection = await through.Source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = ThroughProxy.WhoAnswers;
            await command.PrepareAsync();
            Assert.Equal("replica2", await command.ExecuteScalarAsync());
            await connection.ExecuteAsync("insert into notes (note) values ('m')");
        }

        Assert.Equal(
            [
                "/* maxscale route to server replica2 */ " + ThroughProxy.WhoAnswers,
                "select /* maxscale route to server replica2 */ name from who",
            ],
            through.Reads.Select(read => read.Text)
        );
        Assert.Contains(
            through.Relay.Statements,
            statement => statement is { Server: "primary", Text: "/* maxscale route to master */ insert into notes (note) values ('m')" }
        );
    }

    /// <summary>Why nothing but Redraw is kept: the proxy takes another server, and nobody is told.</summary>
    [Fact]
    public async Task While_the_named_server_is_down_another_answers_and_nobody_is_told()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        var told = 0;
        through.Source.SessionEvent += (_, _) => told++;
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2"));
        Assert.Equal("replica2", await through.AskAsync());
        through.Server("replica2").IsAvailable = false;
        Assert.NotEqual("replica2", await through.AskAsync());
        Assert.Equal(0, told);
    }

    [Fact]
    public async Task A_causal_session_reads_on_the_primary_once_it_has_written()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        for (var i = 0; i < 50; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            Assert.StartsWith("replica", await through.AskAsync(), StringComparison.Ordinal);
            var note = Guid.NewGuid().ToString();
            await using (var primary = await through.Source.Primary.OpenConnectionAsync())
            {
                await primary.ExecuteAsync("insert into notes (note) values (@note)", new { note });
            }

            await using var connection = await through.Source.OpenConnectionAsync();
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from notes where note = @note", new { note }));
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }

        Assert.Contains(through.Relay.Statements, statement => statement.Text == "/* maxscale route to master */ SHOW MASTER STATUS");
    }

    [Fact]
    public async Task A_snapshot_is_one_transaction_on_the_named_server()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        using var session = ReadSession.Begin(ReadConsistency.Snapshot, through.IdOn("replica1"));
        Assert.Equal("replica1", await through.AskAsync());
        await using var connection = await through.Source.OpenConnectionAsync();
        var before = await connection.ExecuteScalarAsync<long>("select count(*) from notes");
        await using (var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString))
        {
            await primary.ExecuteAsync("insert into notes (note) values ('later')");
            await fixture.Cluster.WaitForReplicasAsync();
        }

        Assert.Equal(before, await connection.ExecuteScalarAsync<long>("select count(*) from notes"));
        Assert.Contains(
            through.Relay.Statements,
            statement =>
                statement
                    is {
                        Server: "replica1",
                        Text: "/* maxscale route to server replica1 */ START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT"
                    }
        );
        Assert.Equal("replica1", await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
    }
}
