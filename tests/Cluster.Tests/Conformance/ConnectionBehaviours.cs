using System.Data;
using System.Transactions;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class ConnectionBehaviours : BehaviourList
{
    private static readonly Difference TakesNoConnectionString = new(
        subject => subject.IsOurs,
        "NotSupportedException",
        "The data source chooses the server; a connection string that somebody sets would be of no use."
    );

    public ConnectionBehaviours()
    {
        Reads("a new one is closed", "Closed", async (s, how) => s.Create().State);
        Reads(
            "opening opens",
            "Open",
            async (s, how) =>
            {
                await using var connection = s.Create();
                await how.Open(connection);
                return connection.State;
            }
        );
        Open(
            "opening twice",
            "InvalidOperationException",
            async (connection, how) => await Outcome.OfPartAsync(() => how.Open(connection))
        );
        Open(
            "it stays open after opening twice",
            "Open",
            async (connection, how) =>
            {
                await Outcome.OfPartAsync(() => how.Open(connection));
                return connection.State;
            }
        );
        Reads(
            "closing before opening",
            "Closed",
            async (s, how) =>
            {
                await using var connection = s.Create();
                await how.Close(connection);
                return connection.State;
            }
        );
        Open(
            "closing twice",
            "Closed",
            async (connection, how) =>
            {
                await how.Close(connection);
                await how.Close(connection);
                return connection.State;
            }
        );
        Open(
            "reopening",
            "Open",
            async (connection, how) =>
            {
                await how.Close(connection);
                await how.Open(connection);
                return connection.State;
            }
        );
        Reads(
            "events of opening, closing and reopening",
            "['Closed>Open', 'Open>Closed', 'Closed>Open', 'Open>Closed']",
            async (s, how) =>
            {
                var connection = s.Create();
                var events = Events(connection);
                await how.Open(connection);
                await how.Close(connection);
                await how.Open(connection);
                await how.Dispose(connection);
                return events.ToArray();
            }
        );
        Reads(
            "state as the handlers see it",
            "[Open, Closed]",
            async (s, how) =>
            {
                await using var connection = s.Create();
                var states = new List<object>();
                connection.StateChange += (sender, change) =>
                {
                    if (change.CurrentState is ConnectionState.Open or ConnectionState.Closed)
                    {
                        states.Add(((IDbConnection)sender).State);
                    }
                };
                await how.Open(connection);
                await how.Close(connection);
                return states;
            }
        );
        Reads(
            "events come from the connection",
            "true",
            async (s, how) =>
            {
                await using var connection = s.Create();
                var senders = new List<object>();
                connection.StateChange += (sender, _) => senders.Add(sender);
                await how.Open(connection);
                await how.Close(connection);
                return senders.TrueForAll(sender => ReferenceEquals(sender, connection));
            }
        );
        Open(
            "events of a reader that closes it",
            "['Open>Closed']",
            async (connection, how) =>
            {
                var events = Events(connection);
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                await how.Close(await how.Reader(command, CommandBehavior.CloseConnection));
                return events.ToArray();
            }
        );
        Open(
            "closing after a reader closed it",
            "Closed",
            async (connection, how) =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                await how.Close(await how.Reader(command, CommandBehavior.CloseConnection));
                await how.Close(connection);
                return connection.State;
            }
        );
        Open(
            "events of closing after a reader closed it",
            "['Open>Closed', 'Closed>Open', 'Open>Closed']",
            async (connection, how) =>
            {
                var events = Events(connection);
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                await how.Close(await how.Reader(command, CommandBehavior.CloseConnection));
                await how.Close(connection);
                await how.Open(connection);
                await how.Close(connection);
                return events.ToArray();
            }
        );
        Open(
            "closing with a reader open closes the reader",
            "[true, Closed]",
            async (connection, how) =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                var reader = await how.Reader(command);
                await how.Close(connection);
                return new object[] { reader.IsClosed, connection.State };
            }
        );
        Open(
            "disposing closes",
            "Closed",
            async (connection, how) =>
            {
                await how.Dispose(connection);
                return connection.State;
            }
        );
        Open(
            "disposing twice",
            "Closed",
            async (connection, how) =>
            {
                await how.Dispose(connection);
                await how.Dispose(connection);
                return connection.State;
            }
        );
        Open(
            "Disposed is raised",
            "1",
            async (connection, how) =>
            {
                var raised = 0;
                connection.Disposed += (_, _) => raised++;
                await how.Dispose(connection);
                return raised;
            }
        );
        Open(
            "opening after disposing",
            "ObjectDisposedException",
            async (connection, how) =>
            {
                await how.Dispose(connection);
                await how.Open(connection);
                return connection.State;
            }
        );
        Open(
            "closing after disposing",
            "Closed",
            async (connection, how) =>
            {
                await how.Dispose(connection);
                await how.Close(connection);
                return connection.State;
            }
        );
        Open(
            "a transaction after disposing",
            "InvalidOperationException",
            async (connection, how) =>
            {
                await how.Dispose(connection);
                return await how.Begin(connection);
            }
        );
        Open(
            "a command after disposing",
            "ObjectDisposedException",
            async (connection, how) =>
            {
                await how.Dispose(connection);
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                return await how.Scalar(command);
            }
        );
        Reads("ServerVersion while closed", "InvalidOperationException", async (s, how) => s.Create().ServerVersion);
        Open(
            "ServerVersion while open",
            "true",
            async (connection, how) =>
                connection.ServerVersion.StartsWith("10.", StringComparison.Ordinal)
                || connection.ServerVersion.Contains("MariaDB", StringComparison.Ordinal)
        );
        Reads("Database while closed", "'app'", async (s, how) => s.Create().Database);
        Open("Database while open", "'app'", async (connection, how) => connection.Database);
        Reads("DataSource while closed", "'127.0.0.1'", async (s, how) => s.Create().DataSource);
        Open("DataSource while open", "'127.0.0.1'", async (connection, how) => connection.DataSource);
        Reads(
            "ConnectionTimeout",
            "2",
            async (s, how) => s.Create().ConnectionTimeout,
            new Difference(
                s => s.Way is Way.ProxySql or Way.ShopifyFork or Way.MaxScale,
                "15",
                "The proxy's own connection string sets none."
            )
        );
        Open(
            "ConnectionString has no password once open",
            "false",
            async (connection, how) => connection.ConnectionString.Contains("password", StringComparison.OrdinalIgnoreCase)
        );
        Reads(
            "ConnectionString has the password before opening",
            "true",
            async (s, how) => s.Create().ConnectionString.Contains("password", StringComparison.OrdinalIgnoreCase),
            new Difference(
                s => s.IsOurs,
                "false",
                "It ends in logs; nobody can open another connection by it, since the server is chosen elsewhere (runtime-semantics.md, 20)."
            )
        );
        Open(
            "setting ConnectionString while open",
            "InvalidOperationException",
            async (connection, how) => connection.ConnectionString = "",
            TakesNoConnectionString
        );
        Reads(
            "setting ConnectionString to null",
            "''",
            async (s, how) =>
            {
                var connection = s.Create();
                connection.ConnectionString = null;
                return connection.ConnectionString;
            },
            TakesNoConnectionString
        );
        Reads(
            "setting a ConnectionString that cannot be parsed",
            "ArgumentException",
            async (s, how) => s.Create().ConnectionString = "NoSuchOption=1",
            TakesNoConnectionString
        );
        Reads(
            "opening with a cancelled token",
            "OperationCanceledException",
            async (s, how) =>
            {
                await using var connection = s.Create();
                await connection.OpenAsync(new CancellationToken(canceled: true));
                return connection.State;
            }
        );
        Reads(
            "events of an opening that is cancelled",
            "[]",
            async (s, how) =>
            {
                await using var connection = s.Create();
                var events = Events(connection);
                await Outcome.OfPartAsync(() => connection.OpenAsync(new CancellationToken(canceled: true)));
                return events.ToArray();
            }
        );
        Reads(
            "the state after opening with a cancelled token",
            "[Closed, Open]",
            async (s, how) =>
            {
                await using var connection = s.Create();
                await Outcome.OfPartAsync(() => connection.OpenAsync(new CancellationToken(canceled: true)));
                var state = connection.State;
                await how.Open(connection);
                return new object[] { state, connection.State };
            }
        );
        Unpooled(
            "ChangeDatabase",
            "['other', 'other', 'other']",
            async (connection, how) =>
            {
                await how.ChangeDatabase(connection, "other");
                await using var command = connection.CreateCommand();
                command.CommandText = "select database()";
                var read = await how.Scalar(command);
                // Not provably a plain read, so that it runs elsewhere than the one before.
                command.CommandText = "select database() for update";
                return new[] { connection.Database, read, await how.Scalar(command) };
            }
        );
        Unpooled(
            "ChangeDatabase holds until the connection is closed",
            "['app', 'app', 'app', 'app']",
            async (connection, how) =>
            {
                await how.ChangeDatabase(connection, "other");
                await how.Close(connection);
                var closed = connection.Database;
                await how.Open(connection);
                await using var command = connection.CreateCommand();
                command.CommandText = "select database()";
                var read = await how.Scalar(command);
                command.CommandText = "select database() for update";
                return new[] { closed, connection.Database, read, await how.Scalar(command) };
            }
        );
        Open(
            "ChangeDatabase to one that is not there",
            "MySqlException(UnknownDatabase)",
            async (connection, how) =>
            {
                await how.ChangeDatabase(connection, "nowhere");
                return connection.Database;
            }
        );
        Open(
            "Database after a failed ChangeDatabase",
            "'app'",
            async (connection, how) =>
            {
                await Outcome.OfPartAsync(() => how.ChangeDatabase(connection, "nowhere"));
                return connection.Database;
            }
        );
        Open(
            "ChangeDatabase to nothing",
            "ArgumentException",
            async (connection, how) => await Outcome.OfPartAsync(() => how.ChangeDatabase(connection, ""))
        );
        Open(
            "ChangeDatabase to null",
            "ArgumentException",
            async (connection, how) => await Outcome.OfPartAsync(() => how.ChangeDatabase(connection, null!))
        );
        Reads(
            "ChangeDatabase while closed",
            "InvalidOperationException",
            async (s, how) => await Outcome.OfPartAsync(() => how.ChangeDatabase(s.Create(), "other"))
        );
        Reads("a transaction while closed", "InvalidOperationException", async (s, how) => await how.Begin(s.Create()));
        Reads(
            "enlisting while closed",
            "InvalidOperationException",
            async (s, how) =>
            {
                using var scope = new CommittableTransaction();
                s.Create().EnlistTransaction(scope);
                return "enlisted";
            }
        );
        Writes(
            "enlisting, and rolling back",
            "0:Int64",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                using (var scope = new CommittableTransaction())
                {
                    await using var connection = await s.OpenAsync();
                    connection.EnlistTransaction(scope);
                    await using var command = connection.CreateCommand();
                    command.CommandText = $"insert into {table} (note) values ('a')";
                    await how.NonQuery(command);
                    scope.Rollback();
                }

                return await CountAsync(s, table);
            }
        );
        Writes(
            "enlisting, and committing",
            "1:Int64",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                using (var scope = new CommittableTransaction())
                {
                    await using var connection = await s.OpenAsync();
                    connection.EnlistTransaction(scope);
                    await using var command = connection.CreateCommand();
                    command.CommandText = $"insert into {table} (note) values ('a')";
                    await how.NonQuery(command);
                    scope.Commit();
                }

                return await CountAsync(s, table);
            }
        );
        Writes("opening in a scope that completes", "1:Int64", (s, how) => InScopeAsync(s, how, completes: true));
        Writes("opening in a scope that does not complete", "0:Int64", (s, how) => InScopeAsync(s, how, completes: false));
        Reads(
            "CreateCommand",
            "[true, null, '', true]",
            async (s, how) =>
            {
                var connection = s.Create();
                var command = connection.CreateCommand();
                return new object?[]
                {
                    ReferenceEquals(command.Connection, connection),
                    command.Transaction,
                    command.CommandText,
                    command.Parameters.Count == 0,
                };
            }
        );
        Reads("CanCreateBatch", "true", async (s, how) => s.Create().CanCreateBatch);
        Reads(
            "CreateBatch",
            "[true, null, 0]",
            async (s, how) =>
            {
                var connection = s.Create();
                var batch = connection.CreateBatch();
                return new object?[] { ReferenceEquals(batch.Connection, connection), batch.Transaction, batch.BatchCommands.Count };
            }
        );
        Reads("Site", "null", async (s, how) => s.Create().Site);
        Open("the driver's connection", "MySqlConnection", async (connection, how) => Subject.Driver(connection));
    }

    protected override string Type => "DbConnection";

    // A pooled connection whose database was changed is reset by COM_CHANGE_USER, which the relay does not pass on.
    private void Unpooled(string name, string expected, Func<System.Data.Common.DbConnection, Calls, Task<object?>> run) =>
        Reads(
            name,
            expected,
            async (s, how) =>
            {
                await using var source = s.CreateSource(SourceKind.Unpooled);
                await using var connection = await source.OpenConnectionAsync();
                return await run(connection, how);
            }
        );

    private static List<string> Events(System.Data.Common.DbConnection connection)
    {
        var events = new List<string>();
        connection.StateChange += (_, change) => events.Add($"{change.OriginalState}>{change.CurrentState}");
        return events;
    }

    private static async Task<object?> InScopeAsync(Subject subject, Calls how, bool completes)
    {
        var table = await subject.NewTableAsync();
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using (var connection = subject.Create())
            {
                await how.Open(connection);
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a')";
                await how.NonQuery(command);
            }

            if (completes)
            {
                scope.Complete();
            }
        }

        return await CountAsync(subject, table);
    }
}
