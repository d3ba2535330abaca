using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MonotonicReads.Runtime.Tests.Routing;

/// <summary>What Dapper and plain ADO.NET expect of a connection.</summary>
public class ConnectionTests
{
    [Fact]
    public async Task Dapper_finds_all_it_needs()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = set.Ask();
        set.Server(replica).Execute("INSERT INTO item (id, name) VALUES (1, 'a'), (2, 'b'), (3, NULL)");
        foreach (var connection in new[] { set.Source.CreateConnection(), set.Source.OpenConnection() })
        {
            await using (connection)
            {
                Assert.Equal(2, connection.QuerySingle<Item>("SELECT id, name FROM item WHERE name = @name", new { name = "b" }).Id);
                Assert.Equal(2, (await connection.QuerySingleAsync<Item>("SELECT id, name FROM item WHERE id = @id", new { id = 2 })).Id);
                Assert.Equal(2, connection.Query<Item>("SELECT id, name FROM item WHERE id IN @ids", new { ids = new[] { 1, 3 } }).Count());
                Assert.Equal(3, connection.Query<Item>("SELECT id, name FROM item", buffered: false).Count());
                Assert.Equal(3L, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM item"));
                Assert.Equal(3L, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM item"));
                Assert.Null(connection.QuerySingleOrDefault<Item>("SELECT id, name FROM item WHERE id = 9"));
                using (var many = connection.QueryMultiple("SELECT id FROM item; SELECT name FROM server"))
                {
                    Assert.Equal(3, many.Read<long>().Count());
                    Assert.Equal(replica, many.ReadSingle<string>());
                }

                await using (var many = await connection.QueryMultipleAsync("SELECT id FROM item; SELECT name FROM server"))
                {
                    Assert.Equal(3, (await many.ReadAsync<long>()).Count());
                    Assert.Equal(replica, await many.ReadSingleAsync<string>());
                }

                var unbuffered = 0;
                await foreach (var item in connection.QueryUnbufferedAsync<Item>("SELECT id, name FROM item"))
                {
                    unbuffered += item.Id > 0 ? 1 : 0;
                }

                Assert.Equal(3, unbuffered);
            }
        }

        Assert.Equal(replica, set.Ask());
    }

    [Fact]
    public void A_command_may_be_made_before_the_connection_is_opened()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.CreateConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT @x || name FROM server";
        var parameter = command.CreateParameter();
        Assert.IsType<SqliteParameter>(parameter);
        (parameter.ParameterName, parameter.Value) = ("@x", "I am ");
        command.Parameters.Add(parameter);
        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
        connection.Open();
        Assert.Equal($"I am {connection.ServerName}", command.ExecuteScalar());
        connection.Close();
        connection.Open();
        Assert.Equal($"I am {connection.ServerName}", command.ExecuteScalar());
    }

    [Fact]
    public async Task The_server_is_chosen_at_each_open()
    {
        using var set = new SqliteReplicaSet();
        await using var connection = set.Source.CreateConnection();
        for (var i = 0; i < 5; i++)
        {
            using (ReadSession.Begin(ReadConsistency.Primary))
            {
                await connection.OpenAsync();
                Assert.Equal("primary", SqliteReplicaSet.AskOn(connection));
                await connection.CloseAsync();
            }

            using (ReadSession.Begin(ReadConsistency.Monotonic))
            {
                connection.Open();
                Assert.NotEqual("primary", SqliteReplicaSet.AskOn(connection));
                connection.Close();
            }
        }
    }

    [Fact]
    public void State_and_its_events_follow()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.CreateConnection();
        var states = new List<ConnectionState>();
        connection.StateChange += (_, change) => states.Add(change.CurrentState);
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Throws<InvalidOperationException>(() => connection.Inner);
        Assert.Null(connection.ServerName);
        connection.Close();
        connection.Open();
        Assert.Throws<InvalidOperationException>(connection.Open);
        Assert.IsType<SqliteConnection>(connection.Inner);
        Assert.Equal(connection.Inner.ServerVersion, connection.ServerVersion);
        Assert.Equal("main", connection.Database);
        connection.Close();
        connection.Close();
        Assert.Equal([ConnectionState.Connecting, ConnectionState.Open, ConnectionState.Closed], states);
    }

    [Fact]
    public void A_reader_that_closes_the_connection_does()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        using (command.ExecuteReader(CommandBehavior.CloseConnection))
        {
            Assert.Equal(ConnectionState.Open, connection.State);
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Null(connection.ServerName);
        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
        Assert.Throws<InvalidOperationException>(() => Run(connection, "DELETE FROM item"));
        connection.Open();
        Assert.NotNull(command.ExecuteScalar());
    }

    [Fact]
    public async Task Data_source_commands_work()
    {
        using var set = new SqliteReplicaSet();
        await using var command = set.Source.CreateCommand(SqliteReplicaSet.WhoAmI);
        Assert.Contains((string)(await command.ExecuteScalarAsync())!, set.ReplicaNames);
        await using var primary = set.Source.Primary.CreateCommand(SqliteReplicaSet.WhoAmI);
        Assert.Equal("primary", primary.ExecuteScalar());
    }

    [Fact]
    public void Prepared_commands_move_too()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var read = connection.CreateCommand();
        read.CommandText = SqliteReplicaSet.WhoAmI;
        read.Prepare();
        Assert.NotEqual("primary", read.ExecuteScalar());
        using var write = connection.CreateCommand();
        write.CommandText = "INSERT INTO item (name) VALUES ('a')";
        write.Prepare();
        Assert.Equal("primary", connection.ServerName);
        write.ExecuteNonQuery();
        Assert.Equal("primary", read.ExecuteScalar());
        Assert.Equal(1, set.Primary.CountItems());
    }

    [Fact]
    public void It_cannot_be_opened_while_it_is_being_opened()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.CreateConnection();
        Exception? refused = null;
        connection.StateChange += (_, change) =>
            refused ??= change.CurrentState == ConnectionState.Connecting ? Record.Exception(connection.Open) : null;
        connection.Open();
        Assert.IsType<InvalidOperationException>(refused);
        Assert.Equal(ConnectionState.Open, connection.State);
    }

    [Fact]
    public void Foreign_parts_are_refused()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        using var foreign = new SqliteConnection();
        Assert.Throws<InvalidCastException>(() => command.Connection = foreign);
        Assert.Throws<NotSupportedException>(() => connection.ConnectionString = "Data Source=x");
        command.Connection = null;
        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
    }

    [Fact]
    public void Two_readers_may_be_open_where_the_driver_allows_it()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var first = connection.ExecuteReader(SqliteReplicaSet.WhoAmI);
        using var second = connection.ExecuteReader(SqliteReplicaSet.WhoAmI);
        Assert.True(first.Read() && second.Read());
    }

    private static void Run(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed record Item
    {
        public long Id { get; init; }

        public string? Name { get; init; }
    }
}
