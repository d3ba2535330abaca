using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster.Tests;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests;

/// <summary>Tables are changed while a replica is held: tests clean up so, and some drop what they made.</summary>
public sealed class ChangedTableTests
{
    [SkippableTheory]
    [InlineData("MariaDB", "alter table numbers add column more bigint")]
    [InlineData("MariaDB", "truncate table numbers")]
    [InlineData("MariaDB", "drop table numbers")]
    [InlineData("MariaDB", "drop database held")]
    [InlineData("MySQL", "alter table numbers add column more bigint")]
    [InlineData("MySQL", "truncate table numbers")]
    [InlineData("MySQL", "drop table numbers")]
    [InlineData("MySQL", "drop database held")]
    public async Task A_table_that_was_read_on_a_held_replica_can_be_changed_when_the_connection_is_closed(string kind, string change)
    {
        await using var server = await TestServer.StartAsync(kind);
        var text = await WithDatabaseAsync(server);
        await using var set = await LaggingReplicas.OverAsync(text, "r1");
        await set.HoldAsync("r1");
        await using (var scalar = await set.DataSource.OpenConnectionAsync())
        await using (var reader = await set.DataSource.OpenConnectionAsync())
        await using (var half = await set.DataSource.OpenConnectionAsync())
        {
            Assert.Equal(2, await scalar.ExecuteScalarAsync<long>("select count(*) from numbers"));
            Assert.Equal([1, 2], await reader.QueryAsync<long>("select n from numbers"));
            var open = await half.ExecuteReaderAsync("select n from numbers");
            Assert.True(await open.ReadAsync()); // nobody closes the reader
        }

        using (var synchronous = set.DataSource.OpenConnection())
        {
            Assert.Equal([1, 2], synchronous.Query<long>("select n from numbers"));
        }

        await ImpatientlyAsync(text, change);
    }

    [SkippableTheory]
    [InlineData("MariaDB", true)]
    [InlineData("MySQL", true)]
    [InlineData("MariaDB", false)]
    public async Task A_change_that_waits_for_an_open_connection_of_a_held_replica_says_what_to_do(string kind, bool isHeld)
    {
        await using var server = await TestServer.StartAsync(kind);
        var options = new LaggingReplicasOptions { LockWaitSeconds = 1 };
        await using var set = await LaggingReplicas.OverAsync(await WithDatabaseAsync(server), options, "r1");
        await set.HoldAsync("r1");
        await using var writing = await set.DataSource.Primary.OpenConnectionAsync();
        await using var reading = isHeld ? await set.DataSource.OpenConnectionAsync() : null;
        await using var other = new MySqlConnection(server.ConnectionString);
        await other.OpenAsync();
        if (reading is null)
        {
            // Somebody else's transaction, of which the set knows nothing.
            await other.ExecuteAsync("start transaction");
        }

        Assert.Equal(2, await (reading ?? (DbConnection)other).ExecuteScalarAsync<long>("select count(*) from held.numbers"));

        if (reading is null)
        {
            await Assert.ThrowsAsync<MySqlException>(() => writing.ExecuteAsync("drop table numbers"));
            return;
        }

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => writing.ExecuteAsync("drop table numbers"));
        Assert.Contains("those of r1 may have read a table", told.Message, StringComparison.Ordinal);
        Assert.Contains("Close their connections", told.Message, StringComparison.Ordinal);
        await reading.CloseAsync();
        await writing.ExecuteAsync("drop table numbers");
    }

    [Fact]
    public async Task A_user_whose_session_cannot_let_go_of_what_it_read_is_told_when_a_change_waits()
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        var text = await WithDatabaseAsync(server);
        await using (var granting = new MySqlConnection(server.AdminConnectionString))
        {
            await granting.ExecuteAsync("create user poor identified by 'poor'");
            await granting.ExecuteAsync("grant all on held.* to poor");
        }

        var poor = new MySqlConnectionStringBuilder(text) { UserID = "poor", Password = "poor" }.ConnectionString;
        var options = new LaggingReplicasOptions { LockWaitSeconds = 1 };
        await using var set = await LaggingReplicas.OverAsync(poor, options, "r1");
        await set.HoldAsync("r1");
        await using (var reading = await set.DataSource.OpenConnectionAsync())
        {
            Assert.Equal(2, await reading.ExecuteScalarAsync<long>("select count(*) from numbers"));
        }

        await using var writing = await set.DataSource.Primary.OpenConnectionAsync();
        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => writing.ExecuteAsync("truncate table numbers"));
        Assert.Contains("BINLOG ADMIN", told.Message, StringComparison.Ordinal);
        await set.AdvanceAsync("r1");
        await Eventually.IsAsync(() => TruncatedAsync(writing), "the table is empty");
    }

    // The former connections are closed by and by.
    private static async Task<bool> TruncatedAsync(DbConnection db)
    {
        try
        {
            await db.ExecuteAsync("truncate table numbers");
            return true;
        }
        catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.LockWaitTimeout)
        {
            return false;
        }
    }

    private static async Task<string> WithDatabaseAsync(TestServer server)
    {
        await using var db = new MySqlConnection(server.ConnectionString);
        await db.ExecuteAsync("create database held");
        await db.ExecuteAsync("create table held.numbers (n bigint primary key)");
        await db.ExecuteAsync("insert into held.numbers values (1), (2)");
        return new MySqlConnectionStringBuilder(server.ConnectionString) { Database = "held" }.ConnectionString;
    }

    // Past the set, as whatever cleans up between tests: where it had to wait it would do so for a year.
    private static async Task ImpatientlyAsync(string connectionString, string sql)
    {
        await using var db = new MySqlConnection(connectionString);
        await db.OpenAsync();
        await db.ExecuteAsync("set session lock_wait_timeout = 3");
        await db.ExecuteAsync(sql);
    }
}
