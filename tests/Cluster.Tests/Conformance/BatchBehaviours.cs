using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class BatchBehaviours : BehaviourList
{
    public BatchBehaviours()
    {
        Unopened(
            "the defaults",
            "[0, 30, null, false]",
            (batch, how) => new object?[] { batch.BatchCommands.Count, batch.Timeout, batch.Transaction, batch.BatchCommands.IsReadOnly }
        );
        Unopened(
            "the defaults of a command",
            "['', Text, 0, 0, true, 'MySqlParameter']",
            (batch, how) =>
            {
                var command = batch.CreateBatchCommand();
                return new object?[]
                {
                    command.CommandText,
                    command.CommandType,
                    command.Parameters.Count,
                    command.RecordsAffected,
                    command.CanCreateParameter,
                    command.CreateParameter().GetType().Name,
                };
            }
        );
        Unopened(
            "adding, inserting, replacing and removing",
            "['b', 'c', 'x', 'c', true, false, 1, -1, false]",
            (batch, how) =>
            {
                var (a, b, c, x) = (Text(batch, "a"), Text(batch, "b"), Text(batch, "c"), Text(batch, "x"));
                batch.BatchCommands.Add(a);
                batch.BatchCommands.Add(c);
                batch.BatchCommands.Insert(1, b);
                batch.BatchCommands.RemoveAt(0);
                var before = batch.BatchCommands.Select(command => command.CommandText).ToList();
                batch.BatchCommands[0] = x;
                var after = batch.BatchCommands.Select(command => command.CommandText).ToList();
                return new object[]
                {
                    before[0],
                    before[1],
                    after[0],
                    after[1],
                    batch.BatchCommands.Contains(x),
                    batch.BatchCommands.Contains(a),
                    batch.BatchCommands.IndexOf(c),
                    batch.BatchCommands.IndexOf(a),
                    batch.BatchCommands.Remove(b),
                };
            }
        );
        Unopened(
            "removing and clearing",
            "[true, 1, 0]",
            (batch, how) =>
            {
                var (a, b) = (Text(batch, "a"), Text(batch, "b"));
                batch.BatchCommands.Add(a);
                batch.BatchCommands.Add(b);
                var removed = batch.BatchCommands.Remove(a);
                var count = batch.BatchCommands.Count;
                batch.BatchCommands.Clear();
                return new object[] { removed, count, batch.BatchCommands.Count };
            }
        );
        Unopened(
            "CopyTo",
            "['a', 'b']",
            (batch, how) =>
            {
                batch.BatchCommands.Add(Text(batch, "a"));
                batch.BatchCommands.Add(Text(batch, "b"));
                var copy = new DbBatchCommand[2];
                batch.BatchCommands.CopyTo(copy, 0);
                return copy.Select(command => command.CommandText).ToList();
            },
            new Difference(s => s.IsOurs, "['a', 'b']", "The driver has not implemented it.")
        );
        Unopened(
            "what was added is what is there",
            "true",
            (batch, how) =>
            {
                var command = Text(batch, "a");
                batch.BatchCommands.Add(command);
                return ReferenceEquals(batch.BatchCommands[0], command) && ReferenceEquals(batch.BatchCommands.Single(), command);
            }
        );
        Unopened(
            "adding null",
            "ArgumentNullException",
            (batch, how) =>
            {
                batch.BatchCommands.Add(null!);
                return Outcome.NoException;
            },
            new Difference(s => s.IsOurs, "ArgumentNullException", "The driver fails later, when it runs the batch.")
        );
        Unopened(
            "removing where there is none",
            "ArgumentOutOfRangeException",
            (batch, how) =>
            {
                batch.BatchCommands.RemoveAt(0);
                return Outcome.NoException;
            }
        );
        Unopened("an index where there is none", "ArgumentOutOfRangeException", (batch, how) => batch.BatchCommands[0]);
        Unopened(
            "CommandText set to null",
            "''",
            (batch, how) =>
            {
                var command = Text(batch, "a");
                command.CommandText = null!;
                return command.CommandText;
            }
        );
        Unopened("Connection of another provider", "InvalidCastException", (batch, how) => batch.Connection = new ForeignConnection());
        Unopened("Timeout is kept", "7", (batch, how) => batch.Timeout = 7);
        Unopened("a negative Timeout", "ArgumentException", (batch, how) => batch.Timeout = -1);
        foreach (var (name, run) in Executions)
        {
            Reads(
                $"{name} without a connection",
                "InvalidOperationException",
                async (s, how) =>
                {
                    await using var batch = s.Create().CreateBatch();
                    batch.Connection = null;
                    batch.BatchCommands.Add(Text(batch, "select 1"));
                    await run(batch, how);
                    return Outcome.NoException;
                }
            );
            Reads(
                $"{name} on a closed connection",
                "InvalidOperationException",
                async (s, how) =>
                {
                    await using var batch = s.Create().CreateBatch();
                    batch.BatchCommands.Add(Text(batch, "select 1"));
                    await run(batch, how);
                    return Outcome.NoException;
                }
            );
            Batch(
                $"{name} without commands",
                [],
                "InvalidOperationException",
                async (batch, how) =>
                {
                    await run(batch, how);
                    return Outcome.NoException;
                }
            );
            Batch(
                $"{name} with a command without a text",
                ["select 1", ""],
                "InvalidOperationException",
                async (batch, how) =>
                {
                    await run(batch, how);
                    return Outcome.NoException;
                }
            );
            Batch(
                $"{name} with a text that is no SQL",
                ["selekt 1"],
                "MySqlException(ParseError)",
                async (batch, how) =>
                {
                    await run(batch, how);
                    return Outcome.NoException;
                }
            );
            Batch(
                $"{name} after disposing",
                ["select 1"],
                "ObjectDisposedException",
                async (batch, how) =>
                {
                    await how.Dispose(batch);
                    await run(batch, how);
                    return Outcome.NoException;
                },
                name == "Prepare" ? [CommandBehaviours.NotPrepared] : []
            );
            Batch(
                $"{name} while its reader is open",
                ["select 1"],
                "InvalidOperationException",
                async (batch, how) =>
                {
                    await using var reader = await how.Reader(batch);
                    await run(batch, how);
                    return Outcome.NoException;
                },
                name == "Prepare" ? [CommandBehaviours.NotPrepared] : []
            );
            Writes(
                $"{name} without the transaction that runs",
                "InvalidOperationException",
                async (s, how) =>
                {
                    await using var connection = await s.OpenAsync();
                    await using var transaction = await how.Begin(connection);
                    await using var batch = connection.CreateBatch();
                    batch.BatchCommands.Add(Text(batch, "select 1"));
                    await run(batch, how);
                    return Outcome.NoException;
                }
            );
        }

        Batch("ExecuteScalar", ["select 1", "select 2"], "1", async (batch, how) => await how.Scalar(batch));
        Batch("ExecuteNonQuery of reads", ["select 1", "select 2"], "-1", async (batch, how) => await how.NonQuery(batch));
        Batch("ExecuteReader", ["select n from numbers order by n", "select 'a'"], "[1, 2, 3, 'a']", ReadAllAsync);
        Batch(
            "ExecuteReader with CloseConnection",
            ["select 1"],
            "[Open, Closed]",
            async (batch, how) =>
            {
                var connection = batch.Connection!;
                var reader = await how.Reader(batch, CommandBehavior.CloseConnection);
                var state = connection.State;
                await how.Dispose(reader);
                return new[] { state, connection.State };
            }
        );
        Batch(
            "parameters of each command",
            ["select @a", "select @a"],
            "['x', 'y']",
            async (batch, how) =>
            {
                Add(batch.BatchCommands[0], "@a", "x");
                Add(batch.BatchCommands[1], "@a", "y");
                return await ReadAllAsync(batch, how);
            }
        );
        Batch("running twice", ["select 1"], "[1, 1]", async (batch, how) => new[] { await how.Scalar(batch), await how.Scalar(batch) });
        Batch(
            "the texts stay as they were set",
            ["select 1", "select 2"],
            "['select 1', 'select 2']",
            async (batch, how) =>
            {
                await how.Scalar(batch);
                return batch.BatchCommands.Select(command => command.CommandText).ToList();
            }
        );
        Batch(
            "texts and commands that change between two runs",
            ["select 1", "select 2"],
            "[1, 2, 3, 4]",
            async (batch, how) =>
            {
                var seen = (List<object>)(await ReadAllAsync(batch, how))!;
                batch.BatchCommands[0].CommandText = "select 3";
                batch.BatchCommands.RemoveAt(1);
                batch.BatchCommands.Add(Text(batch, "select 4"));
                seen.AddRange((List<object>)(await ReadAllAsync(batch, how))!);
                return seen;
            }
        );
        Batch(
            "preparing",
            ["select @a", "select 2"],
            "['x', 2, 'y', 2]",
            async (batch, how) =>
            {
                Add(batch.BatchCommands[0], "@a", "x");
                await how.Prepare(batch);
                var seen = (List<object>)(await ReadAllAsync(batch, how))!;
                batch.BatchCommands[0].Parameters["@a"].Value = "y";
                seen.AddRange((List<object>)(await ReadAllAsync(batch, how))!);
                return seen;
            }
        );
        Batch(
            "preparing, and another text",
            ["select 1"],
            "2",
            async (batch, how) =>
            {
                await how.Prepare(batch);
                batch.BatchCommands[0].CommandText = "select 2";
                return await how.Scalar(batch);
            }
        );
        Batch(
            "an error in its second command",
            ["select 1", "select * from nowhere"],
            "[1, MySqlException(NoSuchTable)]",
            async (batch, how) =>
            {
                await using var reader = await how.Reader(batch);
                await how.Read(reader);
                return new object[] { reader.GetInt32(0), await Outcome.OfPartAsync(() => how.NextResult(reader)) };
            }
        );
        Batch(
            "Cancel when nothing runs",
            ["select 1"],
            "1",
            async (batch, how) =>
            {
                batch.Cancel();
                return await how.Scalar(batch);
            }
        );
        Waiting(() =>
            Batch(
                "a Timeout that a read exceeds",
                [Endless],
                "MySqlException(CommandTimeoutExpired)",
                async (batch, how) =>
                {
                    batch.Timeout = 1;
                    return await how.Scalar(batch);
                }
            )
        );
        Batch(
            "disposing twice",
            ["select 1"],
            "no exception",
            async (batch, how) =>
            {
                await how.Dispose(batch);
                return await Outcome.OfPartAsync(() => how.Dispose(batch));
            }
        );
        Batch(
            "the connection after a batch was disposed of",
            ["select 1"],
            "2",
            async (batch, how) =>
            {
                var connection = batch.Connection!;
                await how.Scalar(batch);
                await how.Dispose(batch);
                await using var command = connection.CreateCommand();
                command.CommandText = "select 2";
                return await how.Scalar(command);
            }
        );
        Write(
            "writes and reads",
            ["insert into {0} (note) values ('a'), ('b')", "select count(*) from {0}", "update {0} set note = 'c'"],
            "[2:Int64, 2, -1, 2]",
            async (s, batch, table, how) =>
            {
                var count = (List<object>)(await ReadAllAsync(batch, how))!;
                return count.Concat(batch.BatchCommands.Select(command => (object)command.RecordsAffected)).ToList();
            }
        );
        Write(
            "ExecuteNonQuery of writes",
            ["insert into {0} (note) values ('a'), ('b')", "update {0} set note = 'c'", "delete from {0} where id = 1"],
            "[5, 2, 2, 1]",
            async (s, batch, table, how) =>
            {
                var all = await how.NonQuery(batch);
                return batch.BatchCommands.Select(command => (object)command.RecordsAffected).Prepend(all).ToList();
            }
        );
        Write(
            "ExecuteNonQuery of prepared writes",
            ["insert into {0} (note) values ('a')", "update {0} set note = 'c'"],
            "[2, 3]",
            async (s, batch, table, how) =>
            {
                await how.Prepare(batch);
                return new[] { await how.NonQuery(batch), await how.NonQuery(batch) };
            }
        );
        Write(
            "in a transaction that is rolled back",
            ["insert into {0} (note) values ('a')", "insert into {0} (note) values ('b')"],
            "[2, 0:Int64, true]",
            async (s, batch, table, how) =>
            {
                await using var transaction = await how.Begin(batch.Connection!);
                batch.Transaction = transaction;
                var affected = await how.NonQuery(batch);
                var isKept = ReferenceEquals(batch.Transaction, transaction);
                await how.Rollback(transaction);
                return new[] { affected, await CountAsync(s, table), isKept };
            }
        );
        Write(
            "a procedure in it",
            ["select 1"],
            "[0, 8]",
            async (s, batch, table, how) =>
            {
                var procedure = Text(batch, "double_it");
                procedure.CommandType = CommandType.StoredProcedure;
                Add(procedure, "@p", 4);
                Add(procedure, "@q", null).Direction = ParameterDirection.Output;
                Add(procedure, "@r", 5).Direction = ParameterDirection.InputOutput;
                batch.BatchCommands.Add(procedure);
                await how.NonQuery(batch);
                return new object[]
                {
                    procedure.RecordsAffected,
                    Convert.ToInt32(procedure.Parameters["@q"].Value, System.Globalization.CultureInfo.InvariantCulture),
                };
            }
        );
        Write(
            "one of another connection's transactions",
            ["select 1"],
            "InvalidOperationException",
            async (s, batch, table, how) =>
            {
                await using var other = await s.OpenAsync();
                await using var transaction = await how.Begin(other);
                batch.Transaction = transaction;
                return await how.Scalar(batch);
            }
        );
    }

    protected override string Type => "DbBatch";

    private static IReadOnlyList<(string Name, Func<DbBatch, Calls, Task> Run)> Executions { get; } =
    [
        ("ExecuteNonQuery", (batch, how) => how.NonQuery(batch)),
        ("ExecuteScalar", (batch, how) => how.Scalar(batch)),
        ("ExecuteReader", async (batch, how) => await how.Dispose(await how.Reader(batch))),
        ("Prepare", (batch, how) => how.Prepare(batch)),
    ];

    private static DbBatchCommand Text(DbBatch batch, string text)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        return command;
    }

    private static DbParameter Add(DbBatchCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
        return parameter;
    }

    private static async Task<object?> ReadAllAsync(DbBatch batch, Calls how)
    {
        await using var reader = await how.Reader(batch);
        var all = new List<object>();
        do
        {
            while (await how.Read(reader))
            {
                all.Add(reader.GetValue(0));
            }
        } while (await how.NextResult(reader));
        return all;
    }

    private void Unopened(string name, string expected, Func<DbBatch, Calls, object?> run, params IReadOnlyList<Difference> differences) =>
        Ways([Calls.Sync], () => Reads(name, expected, (s, how) => Task.FromResult(run(s.Create().CreateBatch(), how)), differences));

    private void Batch(
        string name,
        string[] texts,
        string expected,
        Func<DbBatch, Calls, Task<object?>> run,
        params IReadOnlyList<Difference> differences
    ) =>
        Open(
            name,
            expected,
            async (connection, how) =>
            {
                await using var batch = connection.CreateBatch();
                foreach (var text in texts)
                {
                    batch.BatchCommands.Add(Text(batch, text));
                }

                return await run(batch, how);
            },
            differences
        );

    private void Write(string name, string[] texts, string expected, Func<Subject, DbBatch, string, Calls, Task<object?>> run) =>
        Writes(
            name,
            expected,
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var batch = connection.CreateBatch();
                foreach (var text in texts)
                {
                    batch.BatchCommands.Add(Text(batch, text.Replace("{0}", table, StringComparison.Ordinal)));
                }

                return await run(s, batch, table, how);
            }
        );
}
