using Dapper;
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
