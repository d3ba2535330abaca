using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class ProviderFactoryBehaviours : BehaviourList
{
    public ProviderFactoryBehaviours()
    {
        Factory("of a connection", "true", (factory, connection) => factory is not null);
        Factory(
            "what it can create",
            "[true, true, true, false]",
            (factory, connection) =>
                new[]
                {
                    factory.CanCreateBatch,
                    factory.CanCreateCommandBuilder,
                    factory.CanCreateDataAdapter,
                    factory.CanCreateDataSourceEnumerator,
                },
            NoBuilder with
            {
                Outcome = "[true, false, true, false]",
            }
        );
        Factory(
            "what it creates",
            "['MySqlParameter', 'MySqlConnectionStringBuilder', true, true, true, true, true, true, true]",
            (factory, connection) =>
                new object?[]
                {
                    factory.CreateParameter()?.GetType().Name,
                    factory.CreateConnectionStringBuilder()?.GetType().Name,
                    factory.CreateCommand() is not null,
                    factory.CreateConnection() is not null,
                    factory.CreateDataAdapter() is not null,
                    factory.CreateCommandBuilder() is not null,
                    factory.CreateBatch() is not null,
                    factory.CreateBatchCommand() is not null,
                    factory.CreateDataSourceEnumerator() is null,
                },
            NoBuilder with
            {
                Outcome = "['MySqlParameter', 'MySqlConnectionStringBuilder', true, true, true, false, true, true, true]",
            }
        );
        Factory(
            "its connection is of the same type",
            "true",
            (factory, connection) => factory.CreateConnection()!.GetType() == connection.GetType()
        );
        Factory(
            "its command's defaults",
            "['', Text, 30, true, null]",
            (factory, connection) =>
            {
                var command = factory.CreateCommand()!;
                return new object?[] { command.CommandText, command.CommandType, 30, command.Connection is null, command.Transaction };
            }
        );
        Open(
            "its command on the connection",
            "1",
            async (connection, how) =>
            {
                await using var command = DbProviderFactories.GetFactory(connection)!.CreateCommand()!;
                command.Connection = connection;
                command.CommandText = "select 1";
                return await how.Scalar(command);
            }
        );
        Open(
            "its command without a connection",
            "InvalidOperationException",
            async (connection, how) =>
            {
                await using var command = DbProviderFactories.GetFactory(connection)!.CreateCommand()!;
                command.CommandText = "select 1";
                return await how.Scalar(command);
            }
        );
        Open(
            "its batch on the connection",
            "1",
            async (connection, how) =>
            {
                var factory = DbProviderFactories.GetFactory(connection)!;
                await using var batch = factory.CreateBatch();
                batch.Connection = connection;
                var command = factory.CreateBatchCommand();
                command.CommandText = "select 1";
                batch.BatchCommands.Add(command);
                return await how.Scalar(batch);
            }
        );
        Ways(
            [Calls.Sync],
            () =>
            {
                Open(
                    "its adapter fills a table",
                    "n,name[[1, 'one'], [2, 'two'], [3, DBNull]]",
                    async (connection, how) =>
                    {
                        using var adapter = Adapter(connection, "select n, name from numbers order by n");
                        var table = new DataTable();
                        adapter.Fill(table);
                        return table;
                    }
                );
                Reads(
                    "its adapter opens and closes the connection",
                    "[Closed, 3, Closed]",
                    async (s, how) =>
                    {
                        await using var connection = s.Create();
                        using var adapter = Adapter(connection, "select n, name from numbers order by n");
                        var before = connection.State;
                        var filled = adapter.Fill(new DataTable());
                        return new object[] { before, filled, connection.State };
                    }
                );
                Open(
                    "its adapter fills a set of two tables",
                    "[2, 3, 1]",
                    async (connection, how) =>
                    {
                        using var adapter = Adapter(connection, "select n from numbers; select 1");
                        var set = new DataSet();
                        adapter.Fill(set);
                        return new[] { set.Tables.Count, set.Tables[0].Rows.Count, set.Tables[1].Rows.Count };
                    }
                );
                Open(
                    "its adapter fills a part",
                    "[2, 1]",
                    async (connection, how) =>
                    {
                        using var adapter = Adapter(connection, "select n from numbers order by n");
                        var table = new DataTable();
                        return new[] { adapter.Fill(1, 5, table), 1 };
                    }
                );
                Open(
                    "its adapter tells the schema",
                    "['n', true]",
                    async (connection, how) =>
                    {
                        using var adapter = Adapter(connection, "select n, name from numbers");
                        var table = new DataTable();
                        adapter.FillSchema(table, SchemaType.Source);
                        return new object[] { table.PrimaryKey.Single().ColumnName, table.Columns["n"]!.Unique };
                    }
                );
                Writes(
                    "its adapter updates",
                    "[2, 2:Int64]",
                    async (s, how) =>
                    {
                        var table = await s.NewTableAsync();
                        await using var connection = await s.OpenAsync();
                        using var adapter = DbProviderFactories.GetFactory(connection)!.CreateDataAdapter()!;
                        var rows = new DataTable();
                        rows.Columns.Add("id", typeof(int));
                        rows.Columns.Add("note", typeof(string));
                        var insert = connection.CreateCommand();
                        insert.CommandText = $"insert into {table} (note) values (@note)";
                        var note = PreparedBehaviours.Add(insert, "@note", null);
                        note.SourceColumn = "note";
                        insert.UpdatedRowSource = UpdateRowSource.None;
                        adapter.InsertCommand = insert;
                        rows.Rows.Add(null, "a");
                        rows.Rows.Add(null, "b");
                        return new[] { adapter.Update(rows), await CountAsync(s, table) };
                    }
                );
                Writes(
                    "its command builder",
                    "[1, 1, 1, 1:Int64]",
                    async (s, how) =>
                    {
                        var table = await s.NewTableAsync();
                        await using var connection = await s.OpenAsync();
                        using var adapter = Adapter(connection, $"select id, note from {table}");
                        using var builder =
                            DbProviderFactories.GetFactory(connection)!.CreateCommandBuilder() ?? throw new NotSupportedException();
                        builder.DataAdapter = adapter;
                        var rows = new DataTable();
                        adapter.FillSchema(rows, SchemaType.Source);
                        adapter.Fill(rows);
                        rows.Rows.Add(1, "a");
                        rows.Rows.Add(2, "b");
                        adapter.Update(rows);
                        rows.Rows[0]["note"] = "c";
                        var updated = adapter.Update(rows);
                        rows.Rows[0].Delete();
                        var deleted = adapter.Update(rows);
                        return new[] { updated, deleted, rows.Rows.Count, await CountAsync(s, table) };
                    },
                    NoBuilder
                );
                Open(
                    "its command builder quotes",
                    "['`a`', 'a', '`a``b`']",
                    async (connection, how) =>
                    {
                        using var builder =
                            DbProviderFactories.GetFactory(connection)!.CreateCommandBuilder() ?? throw new NotSupportedException();
                        return new[] { builder.QuoteIdentifier("a"), builder.UnquoteIdentifier("`a`"), builder.QuoteIdentifier("a`b") };
                    },
                    NoBuilder
                );
            }
        );
    }

    private static Difference NoBuilder { get; } =
        new(
            s => s.IsOurs,
            "NotSupportedException",
            "The driver's command builder takes only the driver's commands, and says so where it is used; CanCreateCommandBuilder says it before."
        );

    protected override string Type => "DbProviderFactory";

    private static DbDataAdapter Adapter(DbConnection connection, string text)
    {
        var adapter = DbProviderFactories.GetFactory(connection)!.CreateDataAdapter()!;
        adapter.SelectCommand = connection.CreateCommand();
        adapter.SelectCommand.CommandText = text;
        return adapter;
    }

    private void Factory(
        string name,
        string expected,
        Func<DbProviderFactory, DbConnection, object?> run,
        params IReadOnlyList<Difference> differences
    ) =>
        Ways(
            [Calls.Sync],
            () =>
                Reads(
                    name,
                    expected,
                    (s, how) =>
                    {
                        var connection = s.Create();
                        return Task.FromResult(run(DbProviderFactories.GetFactory(connection)!, connection));
                    },
                    differences
                )
        );
}
