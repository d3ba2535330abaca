using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests;

public sealed class HeldReplicaTests
{
    private const string Numbers =
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) "
        + "select a.i, replace(hex(zeroblob(100)), '0', 'x') from n a, n b";

    private const string NumbersOfMariaDb =
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) select a.i, repeat('x', 200) from n a, n b";

    [Fact]
    public async Task More_connections_than_show_the_moment_are_told_and_one_that_is_closed_serves_the_next()
    {
        await using var server = await MariaDbCluster.StartAsync(replicas: 0);
        var options = new LaggingReplicasOptions { ConnectionsHeld = 2 };
        await using var set = await LaggingReplicas.OverAsync(server.Primary.ConnectionString, options, "r1");
        await set.HoldAsync("r1");
        await using var first = await OpenAsync(set);
        var second = await OpenAsync(set);

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(set));

        Assert.Contains("all 2 connections that show its moment are open", told.Message, StringComparison.Ordinal);
        await second.DisposeAsync();
        await using var third = await OpenAsync(set);
    }

    [Theory]
    [InlineData("COMMIT", true)]
    [InlineData("START TRANSACTION", true)]
    [InlineData("DO 1", false)]
    public async Task A_connection_whose_transaction_was_ended_past_routing_is_not_handed_out_again(string sent, bool hasEnded)
    {
        await using var server = await MariaDbCluster.StartAsync(replicas: 0);
        var options = new LaggingReplicasOptions { ConnectionsHeld = 1 };
        await using var set = await LaggingReplicas.OverAsync(server.Primary.ConnectionString, options, "r1");
        await using (var writing = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await writing.ExecuteAsync("create table numbers (n bigint primary key)");
            await set.HoldAsync("r1");
            await writing.ExecuteAsync("insert into numbers values (1)");
        }

        await using (var ending = await OpenAsync(set))
        {
            await ending.Inner!.ExecuteAsync(sent);
        }

        if (hasEnded)
        {
            var told = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(set));
            Assert.Contains("no longer shows the moment", told.Message, StringComparison.Ordinal);
        }
        else
        {
            await using var reading = await OpenAsync(set);
            Assert.Equal(0, await reading.ExecuteScalarAsync<long>("select count(*) from numbers"));
        }
    }

    [Fact]
    public async Task A_table_rebuilt_since_is_told_with_what_to_do_and_one_that_was_not_is_read()
    {
        await using var server = await MariaDbCluster.StartAsync(replicas: 0);
        await using var set = await LaggingReplicas.OverAsync(server.Primary.ConnectionString, "r1");
        await using var writing = await set.DataSource.Primary.OpenConnectionAsync();
        await writing.ExecuteAsync("create table numbers (n bigint primary key)");
        await writing.ExecuteAsync("create table others (n bigint primary key)");
        await set.HoldAsync("r1");
        await writing.ExecuteAsync("alter table numbers force");

        await using var reading = await set.DataSource.OpenConnectionAsync();
        Assert.Equal(0, await reading.ExecuteScalarAsync<long>("select count(*) from others"));
        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            reading.ExecuteScalarAsync<long>("select count(*) from numbers")
        );
        Assert.Contains("(1412)", told.Message, StringComparison.Ordinal);

        // The server says so with the first row, which nobody has asked for yet.
        var ofRows = await Assert.ThrowsAsync<InvalidOperationException>(() => reading.QueryAsync<long>("select n from numbers"));
        Assert.Equal(told.Message, ofRows.Message);
        Assert.Equal(MySqlErrorCode.TableDefinitionChanged, Assert.IsType<MySqlException>(ofRows.InnerException).ErrorCode);
        Assert.Throws<InvalidOperationException>(() => reading.Query<long>("select n from numbers"));
        Assert.Throws<InvalidOperationException>(() => reading.ExecuteReader("select n from numbers"));
        Assert.Equal([7, 8], await reading.QueryAsync<long>("select 7 union all select 8"));

        await set.AdvanceAsync("r1");
        await using var later = await set.DataSource.OpenConnectionAsync();
        Assert.Empty(await later.QueryAsync<long>("select n from numbers"));
    }

    [Fact]
    public async Task A_result_whose_replica_is_killed_does_not_end_as_if_it_were_whole()
    {
        await using var server = await MariaDbCluster.StartAsync(replicas: 0);
        await using var set = await LaggingReplicas.OverAsync(server.Primary.ConnectionString, "r1", "r2");
        var whole = await ReadAsync(set, NumbersOfMariaDb, midway: () => { });
        Assert.Equal(90_000, whole);

        var broken = await Record.ExceptionAsync(() => ReadAsync(set, NumbersOfMariaDb, () => Kill(set)));

        // The driver tells either, by where in the result the connection breaks.
        Assert.True(broken is DbException or EndOfStreamException, $"{broken}");
    }

    [Fact]
    public async Task A_result_of_an_embedded_replica_that_is_killed_does_not_end_as_if_it_were_whole()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        Assert.Equal(90_000, await ReadAsync(set, Numbers, midway: () => { }));

        await Assert.ThrowsAnyAsync<DbException>(() => ReadAsync(set, Numbers, () => Kill(set)));
    }

    [Fact]
    public async Task A_snapshot_that_falls_back_to_the_embedded_primary_reads_one_moment_there()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1");
        await using var writing = await set.DataSource.Primary.OpenConnectionAsync();
        await writing.ExecuteAsync("create table numbers (n bigint primary key)");
        set.Kill("r1");
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        await using var reading = await set.DataSource.OpenConnectionAsync();
        Assert.Equal(0, await reading.ExecuteScalarAsync<long>("select count(*) from numbers"));

        Task inserting;
        using (ExecutionContext.SuppressFlow())
        {
            inserting = Task.Run(() => writing.ExecuteAsync("insert into numbers values (1)")); // outside the session, which only reads
        }

        await inserting;
        Assert.Equal(0, await reading.ExecuteScalarAsync<long>("select count(*) from numbers"));
        Assert.All(session.GetDecisions(), decision => Assert.Equal("primary", decision.Server));
    }

    [SkippableTheory]
    [InlineData("MariaDB", true)]
    [InlineData("MariaDB", false)]
    [InlineData("MySQL", true)]
    [InlineData("MySQL", false)]
    [InlineData("embedded", true)]
    [InlineData("embedded", false)]
    public async Task A_replica_refuses_writes_past_routing_held_or_not(string kind, bool isHeld)
    {
        await using var server = kind == "embedded" ? null : await TestServer.StartAsync(kind);
        await using var set = server is null
            ? await EmbeddedReplicas.CreateAsync("r1")
            : await LaggingReplicas.OverAsync(server.ConnectionString, "r1");
        await using var writing = await set.DataSource.Primary.OpenConnectionAsync();
        await writing.ExecuteAsync("create table numbers (n bigint primary key)");
        if (isHeld)
        {
            await set.HoldAsync("r1");
        }

        await using var db = await OpenAsync(set);
        await Assert.ThrowsAnyAsync<DbException>(() => db.Inner!.ExecuteAsync("insert into numbers values (1)"));
        Assert.Equal(0, await writing.ExecuteScalarAsync<long>("select count(*) from numbers"));
    }

    [Theory]
    [InlineData("MariaDB")]
    [InlineData("embedded")]
    public async Task A_held_replica_that_was_killed_and_is_there_again_shows_the_present(string kind)
    {
        await using var server = kind == "embedded" ? null : await TestServer.StartAsync(kind);
        await using var set = server is null
            ? await EmbeddedReplicas.CreateAsync("r1")
            : await LaggingReplicas.OverAsync(server.ConnectionString, "r1");
        await using var writing = await set.DataSource.Primary.OpenConnectionAsync();
        await writing.ExecuteAsync("create table numbers (n bigint primary key)");
        await set.HoldAsync("r1");
        await writing.ExecuteAsync("insert into numbers values (1)");
        set.Kill("r1");
        set.Revive("r1");
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var reading = await set.DataSource.OpenConnectionAsync();
        Assert.Equal(1, await reading.ExecuteScalarAsync<long>("select count(*) from numbers"));
        Assert.All(session.GetDecisions(), decision => Assert.Equal("r1", decision.Server));
    }

    private static async Task<ReplicatedConnection> OpenAsync(LaggingReplicas set)
    {
        var connection = await set.DataSource.OpenConnectionAsync();
        try
        {
            await connection.ExecuteScalarAsync<long>("select 1");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static void Kill(LaggingReplicas set)
    {
        set.Kill("r1");
        set.Kill("r2");
    }

    private static async Task<int> ReadAsync(LaggingReplicas set, string sql, Action midway)
    {
        await using var db = await set.DataSource.OpenConnectionAsync();
        await using var reader = await db.ExecuteReaderAsync(sql);
        var rows = 0;
        while (await reader.ReadAsync())
        {
            if (++rows == 1)
            {
                midway();
            }
        }

        return rows;
    }
}
