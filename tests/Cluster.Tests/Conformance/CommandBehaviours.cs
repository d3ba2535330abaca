using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class CommandBehaviours : BehaviourList
{
    public CommandBehaviours()
    {
        Reads(
            "the defaults",
            "['', Text, 30, Both, 0, null]",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                return new object?[]
                {
                    command.CommandText,
                    command.CommandType,
                    command.CommandTimeout,
                    command.UpdatedRowSource,
                    command.Parameters.Count,
                    command.Transaction,
                };
            }
        );
        Reads(
            "DesignTimeVisible",
            "[true, false]",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                var before = command.DesignTimeVisible;
                command.DesignTimeVisible = false;
                return new object[] { before, command.DesignTimeVisible };
            }
        );
        Reads(
            "UpdatedRowSource is kept",
            "FirstReturnedRecord",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                command.UpdatedRowSource = UpdateRowSource.FirstReturnedRecord;
                return command.UpdatedRowSource;
            }
        );
        Reads(
            "CommandText set to null",
            "''",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                command.CommandText = null;
                return command.CommandText;
            }
        );
        Reads(
            "a negative CommandTimeout",
            "ArgumentOutOfRangeException",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                command.CommandTimeout = -1;
                return command.CommandTimeout;
            }
        );
        Command(
            "the CommandTimeout stays as it was set",
            "select 1",
            "[7, 0, 9, 9]",
            async (command, how) =>
            {
                var seen = new List<object>();
                command.CommandTimeout = 7;
                await how.Scalar(command);
                seen.Add(command.CommandTimeout);
                command.CommandTimeout = 0;
                await how.Scalar(command);
                seen.Add(command.CommandTimeout);
                command.CommandTimeout = 9;
                seen.Add(command.CommandTimeout);
                await how.Scalar(command);
                seen.Add(command.CommandTimeout);
                return seen;
            }
        );
        Command(
            "the default CommandTimeout after running",
            "select 1",
            "30",
            async (command, how) =>
            {
                await how.Scalar(command);
                return command.CommandTimeout;
            }
        );
        Command(
            "the text stays as it was set",
            "select /* a */ 1 ",
            "'select /* a */ 1 '",
            async (command, how) =>
            {
                await how.Prepare(command);
                await how.Scalar(command);
                return command.CommandText;
            }
        );
        Reads(
            "CommandType.TableDirect",
            "ArgumentException",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                command.CommandType = CommandType.TableDirect;
                return command.CommandType;
            }
        );
        foreach (var (name, run) in Executions)
        {
            Reads(
                $"{name} without a connection",
                "InvalidOperationException",
                async (s, how) =>
                {
                    var command = s.Create().CreateCommand();
                    command.Connection = null;
                    command.CommandText = "select 1";
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Reads(
                $"{name} on a closed connection",
                "InvalidOperationException",
                async (s, how) =>
                {
                    var command = s.Create().CreateCommand();
                    command.CommandText = "select 1";
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Command(
                $"{name} without a text",
                "",
                "InvalidOperationException",
                async (command, how) =>
                {
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Command(
                $"{name} with only white space",
                "  ",
                "InvalidOperationException",
                async (command, how) =>
                {
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Command(
                $"{name} of a text that is no SQL",
                "selekt 1",
                "MySqlException(ParseError)",
                async (command, how) =>
                {
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Command(
                $"{name} of a table that is not there",
                "select * from nowhere",
                "MySqlException(NoSuchTable)",
                async (command, how) =>
                {
                    await run(command, how);
                    return Outcome.NoException;
                },
                name == "Prepare" ? [NotPrepared] : []
            );
            Command(
                $"{name} while its reader is open",
                "select n from numbers",
                "InvalidOperationException",
                async (command, how) =>
                {
                    await using var reader = await how.Reader(command);
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Command(
                $"{name} while another reader is open",
                "select n from numbers",
                "InvalidOperationException",
                async (command, how) =>
                {
                    await using var reader = await how.Reader(command);
                    await using var other = command.Connection!.CreateCommand();
                    other.CommandText = "select 2";
                    await run(other, how);
                    return Outcome.NoException;
                },
                name == "Prepare" ? [NotPrepared] : []
            );
            Command(
                $"{name} after disposing",
                "select 1",
                "ObjectDisposedException",
                async (command, how) =>
                {
                    await how.Dispose(command);
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Writes(
                $"{name} without the transaction that runs",
                "InvalidOperationException",
                async (s, how) =>
                {
                    await using var connection = await s.OpenAsync();
                    await using var transaction = await how.Begin(connection);
                    await using var command = connection.CreateCommand();
                    command.CommandText = "select 1";
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Writes(
                $"{name} with a transaction of another connection",
                "InvalidOperationException",
                async (s, how) =>
                {
                    await using var connection = await s.OpenAsync();
                    await using var other = await s.OpenAsync();
                    await using var transaction = await how.Begin(other);
                    await using var command = connection.CreateCommand();
                    command.Transaction = transaction;
                    command.CommandText = "select 1";
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
            Writes(
                $"{name} with a transaction that is over",
                name == "Prepare" ? "no exception" : "InvalidOperationException",
                async (s, how) =>
                {
                    await using var connection = await s.OpenAsync();
                    await using var transaction = await how.Begin(connection);
                    await how.Commit(transaction);
                    await using var command = connection.CreateCommand();
                    command.Transaction = transaction;
                    command.CommandText = "select 1";
                    await run(command, how);
                    return Outcome.NoException;
                }
            );
        }

        Command(
            "the connection after a failed statement",
            "selekt 1",
            "1",
            async (command, how) =>
            {
                await Outcome.OfPartAsync(() => how.Scalar(command));
                command.CommandText = "select 1";
                return await how.Scalar(command);
            }
        );
        Command(
            "Connection set to null and back",
            "select 1",
            "1",
            async (command, how) =>
            {
                var connection = command.Connection;
                command.Connection = null;
                command.Connection = connection;
                return await how.Scalar(command);
            }
        );
        Reads(
            "Connection of another provider",
            "InvalidCastException",
            async (s, how) => s.Create().CreateCommand().Connection = new ForeignConnection()
        );
        Reads(
            "Transaction of another provider",
            "InvalidCastException",
            async (s, how) => s.Create().CreateCommand().Transaction = await new ForeignConnection().BeginTransactionAsync()
        );
        Command(
            "CommandText set while its reader is open",
            "select 1",
            "InvalidOperationException",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                return command.CommandText = "select 2";
            }
        );
        Command(
            "Connection set while its reader is open",
            "select 1",
            "InvalidOperationException",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                return command.Connection = command.Connection;
            }
        );
        Command(
            "Connection set to another while its reader is open",
            "select 1",
            "InvalidOperationException",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                command.Connection = null;
                return Outcome.NoException;
            }
        );
        Reads(
            "on two connections, one after the other",
            "[1, 1]",
            async (s, how) =>
            {
                await using var first = await s.OpenAsync();
                await using var second = await s.OpenAsync();
                await using var command = first.CreateCommand();
                command.CommandText = "select 1";
                var one = await how.Scalar(command);
                command.Connection = second;
                return new[] { one, await how.Scalar(command) };
            }
        );
        Command(
            "its properties after disposing",
            "select 1",
            "['select 1', Text, 0, 30, true]",
            async (command, how) =>
            {
                await how.Dispose(command);
                return new object[]
                {
                    command.CommandText,
                    command.CommandType,
                    command.Parameters.Count,
                    command.CommandTimeout,
                    command.Connection is not null,
                };
            }
        );
        Command(
            "disposing twice",
            "select 1",
            "no exception",
            async (command, how) =>
            {
                await how.Dispose(command);
                return await Outcome.OfPartAsync(() => how.Dispose(command));
            }
        );
        Command(
            "Disposed is raised",
            "select 1",
            "1",
            async (command, how) =>
            {
                var raised = 0;
                command.Disposed += (_, _) => raised++;
                await how.Dispose(command);
                return raised;
            }
        );
        Command(
            "disposing before its reader",
            "select n from numbers order by n",
            "[1, 2, 3]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                await how.Dispose(command);
                var read = new List<object>();
                while (await how.Read(reader))
                {
                    read.Add(reader.GetInt32(0));
                }

                return read;
            }
        );
        Command(
            "Parameters is always the same",
            "select 1",
            "true",
            async (command, how) =>
            {
                var before = command.Parameters;
                await how.Scalar(command);
                return ReferenceEquals(before, command.Parameters);
            }
        );
        Command("CreateParameter", "select 1", "MySqlParameter", async (command, how) => command.CreateParameter());
        Command("ExecuteScalar of an integer", "select 1", "1", async (command, how) => await how.Scalar(command));
        Command(
            "ExecuteScalar of a bigint",
            "select cast(5000000000 as signed)",
            "5000000000:Int64",
            async (command, how) => await how.Scalar(command)
        );
        Command("ExecuteScalar of a double", "select 1.5e0", "1.5:Double", async (command, how) => await how.Scalar(command));
        Command("ExecuteScalar of a decimal", "select 1.50", "1.50:Decimal", async (command, how) => await how.Scalar(command));
        Command("ExecuteScalar of a text", "select 'a'", "'a'", async (command, how) => await how.Scalar(command));
        Command("ExecuteScalar of NULL", "select null", "DBNull", async (command, how) => await how.Scalar(command));
        Command("ExecuteScalar of no row", "select n from numbers where n > 9", "null", async (command, how) => await how.Scalar(command));
        Command("ExecuteScalar of several columns", "select 2, 3", "2", async (command, how) => await how.Scalar(command));
        Command(
            "ExecuteScalar of several rows",
            "select n from numbers order by n desc",
            "3",
            async (command, how) => await how.Scalar(command)
        );
        Command("ExecuteScalar of several statements", "select 4; select 5", "4", async (command, how) => await how.Scalar(command));
        Command("ExecuteNonQuery of a read", "select n from numbers", "-1", async (command, how) => await how.NonQuery(command));
        Command("ExecuteNonQuery of two reads", "select 1; select 2", "-1", async (command, how) => await how.NonQuery(command));
        Command("a text that is only a comment", "/* nothing */", "0", async (command, how) => await how.NonQuery(command));
        Command("a text with a comment behind", "select 1 -- one", "1", async (command, how) => await how.Scalar(command));
        Command("a text that ends in a semicolon", "select 1;", "1", async (command, how) => await how.Scalar(command));
        Command("a text in parentheses", "(select 1)", "1", async (command, how) => await how.Scalar(command));
        Writes(
            "ExecuteNonQuery of inserts, updates and deletes",
            "[2, 2, 0, 3, 1]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                var affected = new List<object>();
                foreach (
                    var text in new[]
                    {
                        $"insert into {table} (note) values ('a'), ('b')",
                        $"update {table} set note = 'c'",
                        $"update {table} set note = 'c' where id < 0",
                        $"insert into {table} (note) values ('d'); update {table} set note = 'e' where note = 'c'",
                        $"delete from {table} where note = 'd'",
                    }
                )
                {
                    command.CommandText = text;
                    affected.Add(await how.NonQuery(command));
                }

                return affected;
            }
        );
        Writes(
            "ExecuteNonQuery of DDL",
            "0",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"alter table {table} add column more int";
                return await how.NonQuery(command);
            }
        );
        Writes(
            "ExecuteScalar of an insert",
            "null",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a')";
                return await how.Scalar(command);
            }
        );
        Writes(
            "ExecuteScalar of INSERT ... RETURNING",
            "1",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a') returning id";
                return await how.Scalar(command);
            }
        );
        Writes(
            "LastInsertedId of the driver's command",
            "[1:Int64, 2:Int64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a')";
                await how.NonQuery(command);
                var first = Subject.Driver(command).LastInsertedId;
                await how.NonQuery(command);
                return new[] { first, Subject.Driver(command).LastInsertedId };
            }
        );
        Writes(
            "last_insert_id() in the same text and in the next",
            "[1:UInt64, 1:UInt64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a'); select last_insert_id()";
                var same = await how.Scalar(command);
                command.CommandText = "select last_insert_id()";
                return new[] { same, await how.Scalar(command) };
            }
        );
        Writes(
            "a read sees what the connection wrote before",
            "1:Int64",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                await how.Scalar(command);
                command.CommandText = $"insert into {table} (note) values ('a')";
                await how.NonQuery(command);
                command.CommandText = $"select count(*) from {table}";
                return await how.Scalar(command);
            }
        );
        Writes(
            "an error of a constraint",
            "MySqlException(DuplicateKeyEntry)",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (id) values (1), (1)";
                return await how.NonQuery(command);
            }
        );
    }

    /// <summary>All that sends a command to the server.</summary>
    public static IReadOnlyList<(string Name, Func<DbCommand, Calls, Task> Run)> Executions { get; } =
    [
        ("ExecuteNonQuery", (command, how) => how.NonQuery(command)),
        ("ExecuteScalar", (command, how) => how.Scalar(command)),
        ("ExecuteReader", async (command, how) => await how.Dispose(await how.Reader(command))),
        ("Prepare", (command, how) => how.Prepare(command)),
    ];

    /// <summary>What the driver would have refused to prepare.</summary>
    public static Difference NotPrepared { get; } =
        new(
            s => s is { Way: Way.ShopifyFork, IsInSession: true },
            "no exception",
            "Each session's text is another, so Prepare does nothing (runtime-semantics.md, 23)."
        );

    protected override string Type => "DbCommand";
}
