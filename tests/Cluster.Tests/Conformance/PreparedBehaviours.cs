using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class PreparedBehaviours : BehaviourList
{
    public PreparedBehaviours()
    {
        Command(
            "preparing and executing",
            "select 1",
            "1",
            async (command, how) =>
            {
                await how.Prepare(command);
                return await how.Scalar(command);
            }
        );
        Command(
            "preparing twice",
            "select 1",
            "1",
            async (command, how) =>
            {
                await how.Prepare(command);
                await how.Prepare(command);
                return await how.Scalar(command);
            }
        );
        Command(
            "parameters that change between executions",
            "select name from numbers where n = @n",
            "['one', 'two', DBNull, null]",
            async (command, how) =>
            {
                var parameter = Add(command, "@n", 0);
                await how.Prepare(command);
                var names = new List<object?>();
                for (var n = 1; n <= 4; n++)
                {
                    parameter.Value = n;
                    names.Add(await how.Scalar(command));
                }

                return names;
            }
        );
        Command(
            "the text changes after preparing",
            "select 1",
            "[1, 2, 1]",
            async (command, how) =>
            {
                await how.Prepare(command);
                var seen = new List<object?> { await how.Scalar(command) };
                command.CommandText = "select 2";
                seen.Add(await how.Scalar(command));
                command.CommandText = "select 1";
                seen.Add(await how.Scalar(command));
                return seen;
            }
        );
        Command(
            "two statements in one text",
            "select 1; select 2",
            "[1, 2]",
            async (command, how) =>
            {
                await how.Prepare(command);
                await using var reader = await how.Reader(command);
                await how.Read(reader);
                var first = reader.GetInt32(0);
                await how.NextResult(reader);
                await how.Read(reader);
                return new[] { first, reader.GetInt32(0) };
            }
        );
        Command(
            "a text in parentheses",
            "(select 1) union all (select 2)",
            "1",
            async (command, how) =>
            {
                await how.Prepare(command);
                return await how.Scalar(command);
            }
        );
        Command(
            "a text that begins with a comment",
            "/* why */ select 1",
            "1",
            async (command, how) =>
            {
                await how.Prepare(command);
                return await how.Scalar(command);
            }
        );
        Command(
            "preparing while its reader is open, then reading on",
            "select n from numbers order by n",
            "3:Int64",
            async (command, how) =>
            {
                await using (var reader = await how.Reader(command))
                {
                    await Outcome.OfPartAsync(() => how.Prepare(command));
                }

                command.CommandText = "select count(*) from numbers";
                return await how.Scalar(command);
            }
        );
        Command(
            "preparing, closing, opening and executing",
            "select 1",
            "1",
            async (command, how) =>
            {
                await how.Prepare(command);
                await how.Close(command.Connection!);
                await how.Open(command.Connection!);
                return await how.Scalar(command);
            }
        );
        Reads(
            "preparing on one connection, executing on another",
            "1",
            async (s, how) =>
            {
                await using var first = await s.OpenAsync();
                await using var second = await s.OpenAsync();
                await using var command = first.CreateCommand();
                command.CommandText = "select 1";
                await how.Prepare(command);
                command.Connection = second;
                return await how.Scalar(command);
            }
        );
        Writes(
            "a prepared read after a write that moves the connection",
            "[1, 3:Int64, 3:Int64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var read = connection.CreateCommand();
                read.CommandText = "select count(*) from numbers where n > @n";
                Add(read, "@n", 0);
                await how.Prepare(read);
                var before = await how.Scalar(read);
                await using var write = connection.CreateCommand();
                write.CommandText = $"insert into {table} (note) values (@note)";
                Add(write, "@note", "a");
                await how.Prepare(write);
                return new[] { await how.NonQuery(write), before, await how.Scalar(read) };
            }
        );
        Writes(
            "a prepared insert, several times",
            "[1:Int64, 2:Int64, 3:Int64, 3:Int64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var write = connection.CreateCommand();
                write.CommandText = $"insert into {table} (note) values (@note)";
                var note = Add(write, "@note", "a");
                await how.Prepare(write);
                var ids = new List<object?>();
                for (var i = 0; i < 3; i++)
                {
                    note.Value = $"note {i}";
                    await how.NonQuery(write);
                    ids.Add(Subject.Driver(write).LastInsertedId);
                }

                ids.Add(await CountAsync(s, table));
                return ids;
            }
        );
        Writes(
            "in a transaction",
            "[1, 1:Int64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var transaction = await how.Begin(connection);
                await using var write = connection.CreateCommand();
                write.Transaction = transaction;
                write.CommandText = $"insert into {table} (note) values (@note)";
                Add(write, "@note", "a");
                await how.Prepare(write);
                var affected = await how.NonQuery(write);
                await how.Commit(transaction);
                return new[] { affected, await CountAsync(s, table) };
            }
        );
        Command(
            "the parameters' types, prepared",
            "select @i + 0, @t, @d, @b, @n is null",
            "[1:Int64, 'é🙂', 1.25:Decimal, 0x0102, 1]",
            async (command, how) =>
            {
                Add(command, "@i", 1);
                Add(command, "@t", "é🙂");
                Add(command, "@d", 1.25m);
                Add(command, "@b", new byte[] { 1, 2 });
                Add(command, "@n", null);
                await how.Prepare(command);
                return await RowAsync(command, how);
            },
            CommandBehaviours.NotPrepared with
            {
                Outcome = "[1, 'é🙂', 1.25:Decimal, 0x0102, 1]",
            }
        );
    }

    protected override string Type => "DbCommand, prepared";

    internal static DbParameter Add(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
        return parameter;
    }

    internal static async Task<object?> RowAsync(DbCommand command, Calls how)
    {
        await using var reader = await how.Reader(command);
        await how.Read(reader);
        var values = new object[reader.FieldCount];
        reader.GetValues(values);
        return values;
    }
}
