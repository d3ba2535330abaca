using Dapper;
using MonotonicReads.Cluster;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What asks of the statement before it is answered for the user's own statement, and never for one of ours.</summary>
public sealed class LastStatementTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Insert = "insert into writes (server, note) values ('', 'a'), ('', 'b')";

    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    [Theory]
    [InlineData("select row_count()", 2)]
    [InlineData("select `row_count` ()", 2)]
    [InlineData("select last_insert_id() > 0", 1)]
    [InlineData("select @@last_insert_id > 0", 1)]
    public async Task After_a_write_that_moved_the_connection_it_tells_of_the_write(string asking, long answer)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(Replica));
        await using var connection = await fixture.Source.OpenConnectionAsync();
        Assert.Equal(Replica.Name, await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
        await connection.ExecuteAsync(Insert);
        Assert.Equal(answer, await connection.ExecuteScalarAsync<long>(asking));
    }

    [Fact]
    public async Task After_a_write_the_warnings_are_those_of_the_write()
    {
        await using var source = fixture.BuildSource(b => b.ForPomelo());
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(Replica));
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
        await connection.ExecuteAsync("insert ignore into writes (id, server) values (1, ''), (1, '')");
        Assert.NotEqual(0, await connection.ExecuteScalarAsync<long>("select @@warning_count"));
        var warnings = await connection.QueryAsync("show warnings");
        Assert.All(warnings, warning => Assert.Contains("PRIMARY", (string)warning.Message, StringComparison.Ordinal));
        Assert.NotEmpty(warnings);
        await connection.ExecuteAsync("get diagnostics condition 1 @message = message_text");
        Assert.Contains("PRIMARY", await connection.ExecuteScalarAsync<string>("select @message from this_server for update"));
    }

    [Fact]
    public async Task After_a_read_it_stays_on_the_replica_whatever_the_session_has_to_wait_for()
    {
        using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.SessionOn(Replica));
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await connection.QueryAsync("select sql_calc_found_rows id from (select 1 id union select 2 union select 3) x limit 1");
        await Replica.StopApplyingAsync();
        try
        {
            await using (var primary = await fixture.Source.Primary.OpenConnectionAsync())
            {
                await primary.ExecuteAsync(Insert);
            }

            Assert.Equal(3, await connection.ExecuteScalarAsync<long>("select found_rows()"));
            Assert.Equal(Replica.Name, connection.ServerName);
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(batch.CreateBatchCommand());
            batch.BatchCommands[0].CommandText = "select found_rows()";
            await batch.ExecuteScalarAsync();
            Assert.Equal(Replica.Name, connection.ServerName);

            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                connection.ExecuteScalarAsync<long>("select count(*) + found_rows() from writes")
            );
            Assert.Contains("FOUND_ROWS()", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ExecuteAsync("set @n = found_rows()"));
            Assert.Equal(Replica.Name, connection.ServerName);
        }
        finally
        {
            await Replica.StartApplyingAsync();
        }
    }

    [Fact]
    public async Task A_connection_is_named_where_it_is_killed()
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var connection = await source.OpenConnectionAsync();
        var id = await connection.ExecuteScalarAsync<long>("select `CONNECTION_ID` ()");
        Assert.Equal("primary", connection.ServerName);
        await using var other = await source.OpenConnectionAsync();
        await other.ExecuteAsync($"kill {id}");
        await Assert.ThrowsAsync<MySqlConnector.MySqlException>(() => connection.ExecuteScalarAsync<long>("select 1"));
    }

    [Fact]
    public async Task In_a_snapshot_it_tells_of_the_snapshots_last_read()
    {
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await connection.QueryAsync("select sql_calc_found_rows id from (select 1 id union select 2) x limit 1");
        Assert.Equal(2, await connection.ExecuteScalarAsync<long>("select found_rows()"));
    }
}
