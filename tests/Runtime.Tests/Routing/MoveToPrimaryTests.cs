using System.Data;
using System.Data.Common;
using System.Transactions;
using Dapper;

namespace MonotonicReads.Runtime.Tests.Routing;

public class MoveToPrimaryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_never_reaches_a_replica(bool inSession)
    {
        using var set = new SqliteReplicaSet();
        using var session = inSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
        using (var connection = set.Source.OpenConnection())
        {
            Assert.NotEqual("primary", connection.ServerName);
            connection.Execute("INSERT INTO item (name) VALUES (@name)", new { name = "a" });
            Assert.Equal("primary", connection.ServerName);
        }

        await using (var connection = await set.Source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("INSERT INTO item (name) VALUES (@name)", new { name = "b" });
            Assert.Equal("primary", connection.ServerName);
        }

        Assert.Equal(2, set.Primary.CountItems());
        Assert.All(set.ReplicaNames, name => Assert.Equal(0, set.Server(name).CountItems()));
    }

    [Fact]
    public void A_plain_read_stays_on_the_replica()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        var server = connection.ServerName;
        connection.Query("SELECT name FROM server");
        connection.Execute("SELECT name FROM server");
        Assert.Equal(server, connection.ServerName);
    }

    [Fact]
    public void A_write_alone_leaves_the_session_on_its_replica()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = set.Ask();
        using (var connection = set.Source.OpenConnection())
        {
            connection.Execute("INSERT INTO item (name) VALUES ('a')");
        }

        Assert.Equal(replica, set.Ask());
    }

    [Fact]
    public void Rows_of_a_moved_statement_bind_the_session_to_the_primary()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        set.Ask();
        using (var connection = set.Source.OpenConnection())
        {
            Assert.Equal(1, connection.QuerySingle<int>("INSERT INTO item (name) VALUES ('a') RETURNING id"));
        }

        Assert.Equal("primary", set.Ask());
    }

    [Fact]
    public void A_read_on_a_connection_that_has_moved_binds_the_session_too()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var connection = set.Source.OpenConnection())
        {
            connection.Execute("INSERT INTO item (name) VALUES ('a')");
            Assert.Equal("primary", SqliteReplicaSet.AskOn(connection));
        }

        Assert.Equal("primary", set.Ask());
    }

    [Fact]
    public void An_open_connection_follows_its_session_to_the_primary()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using var connection = set.Source.OpenConnection();
        Assert.NotEqual("primary", SqliteReplicaSet.AskOn(connection));
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal("primary", set.Ask());
        }

        Assert.Equal("primary", SqliteReplicaSet.AskOn(connection));
    }

    [Fact]
    public void A_connection_opened_before_the_session_follows_it_to_the_primary()
    {
        using var set = new SqliteReplicaSet();
        using var before = set.Source.OpenConnection();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var connection = set.Source.Primary.OpenConnection())
        {
            SqliteReplicaSet.AskOn(connection);
        }

        Assert.Equal("primary", SqliteReplicaSet.AskOn(before));
    }

    [Fact]
    public async Task With_a_reader_open_it_cannot_move()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        var server = connection.ServerName;
        using (connection.ExecuteReader("SELECT name FROM server"))
        {
            Assert.Contains(
                "reader",
                Assert.Throws<InvalidOperationException>(() => connection.Execute("DELETE FROM item")).Message,
                StringComparison.Ordinal
            );
            await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ExecuteAsync("DELETE FROM item"));
            Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
            Assert.Equal(server, connection.ServerName);
        }

        connection.Execute("DELETE FROM item");
        Assert.Equal("primary", connection.ServerName);
    }

    [Fact]
    public void With_the_older_of_two_readers_open_it_cannot_move()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var older = connection.ExecuteReader("SELECT name FROM server");
        using (connection.ExecuteReader("SELECT name FROM server")) { }

        Assert.Throws<InvalidOperationException>(() => connection.Execute("DELETE FROM item"));
        older.Close();
        connection.Execute("DELETE FROM item");
    }

    [Fact]
    public async Task A_transaction_runs_on_the_primary()
    {
        using var set = new SqliteReplicaSet();
        await using var connection = await set.Source.OpenConnectionAsync();
        Assert.NotEqual("primary", SqliteReplicaSet.AskOn(connection));
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.Same(connection, transaction.Connection);
            await connection.ExecuteAsync("INSERT INTO item (name) VALUES ('a')", transaction: transaction);
            Assert.Equal("primary", await connection.QuerySingleAsync<string>(SqliteReplicaSet.WhoAmI, transaction: transaction));
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, set.Primary.CountItems());
        using (var transaction = connection.BeginTransaction(System.Data.IsolationLevel.Serializable))
        {
            Assert.Equal(System.Data.IsolationLevel.Serializable, transaction.IsolationLevel);
            connection.Execute("INSERT INTO item (name) VALUES ('b')", transaction: transaction);
            transaction.Save("point");
            connection.Execute("INSERT INTO item (name) VALUES ('c')", transaction: transaction);
            transaction.Rollback("point");
            transaction.Commit();
            Assert.Null(transaction.Connection);
        }

        Assert.Equal(1, set.Primary.CountItems());
    }

    [Fact]
    public void Reads_of_a_transaction_bind_the_session()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var connection = set.Source.OpenConnection())
        using (var transaction = connection.BeginTransaction())
        {
            connection.Query(SqliteReplicaSet.WhoAmI, transaction: transaction);
        }

        Assert.Equal("primary", set.Ask());
    }

    [Fact]
    public async Task Under_an_ambient_transaction_connections_open_on_the_primary()
    {
        using var set = new SqliteReplicaSet();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            using var connection = set.Source.OpenConnection();
            Assert.Equal("primary", connection.ServerName);
            await using var other = await set.Source.OpenConnectionAsync();
            Assert.Equal("primary", other.ServerName);
        }

        Assert.NotEqual("primary", set.Ask());
    }

    [Fact]
    public void A_stored_procedure_is_no_plain_read()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        var error = Record.Exception(() =>
        {
            command.CommandType = CommandType.StoredProcedure;
            command.ExecuteNonQuery();
        });

        // SQLite has no procedures; MariaDB's are tested on MariaDB.
        Assert.IsType<ArgumentException>(error);
        command.CommandText = "PRAGMA user_version";
        command.ExecuteScalar();
        Assert.Equal("primary", connection.ServerName);
    }

    [Fact]
    public void A_changed_text_is_judged_again()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        Assert.NotEqual("primary", command.ExecuteScalar());
        command.CommandText = "DELETE FROM item";
        command.ExecuteNonQuery();
        command.CommandText = SqliteReplicaSet.WhoAmI;
        Assert.Equal("primary", command.ExecuteScalar());
    }

    [Fact]
    public void A_primary_that_cannot_be_reached_leaves_the_connection_as_it_was()
    {
        using var set = new SqliteReplicaSet();
        using var connection = set.Source.OpenConnection();
        var server = connection.ServerName;
        set.Primary.DataSource.Refuse();
        Assert.Throws<RefusedException>(() => connection.Execute("DELETE FROM item"));
        Assert.Equal(server, SqliteReplicaSet.AskOn(connection));
    }
}
