using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class ReaderBehaviours : BehaviourList
{
    private const string Numbers = "select n, name from numbers order by n";
    private const string Kinds = "select * from kinds";

    public ReaderBehaviours()
    {
        Command("all rows", Numbers, "[1, 'one', 2, 'two', 3, DBNull]", AllAsync);
        Command("several results", "select 1; select 2; select 3", "[1, 2, 3]", AllAsync);
        Command(
            "reading on behind the end",
            Numbers,
            "[false, false]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                while (await how.Read(reader)) { }

                return new[] { await how.Read(reader), await how.NextResult(reader) };
            }
        );
        Command(
            "HasRows",
            "select 1; select 1 from numbers where n > 9; select 2",
            "[true, false, true, true]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                var seen = new List<object> { reader.HasRows };
                await how.NextResult(reader);
                seen.Add(reader.HasRows);
                await how.NextResult(reader);
                seen.Add(reader.HasRows);
                await how.Read(reader);
                seen.Add(reader.HasRows);
                return seen;
            }
        );
        Command(
            "RecordsAffected of a read",
            Numbers,
            "[-1, -1]",
            async (command, how) =>
            {
                var reader = await how.Reader(command);
                var before = reader.RecordsAffected;
                await how.Close(reader);
                return new[] { before, reader.RecordsAffected };
            }
        );
        Writes(
            "RecordsAffected of a write",
            "[2, 0, false, false]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a'), ('b')";
                await using var reader = await how.Reader(command);
                return new object[] { reader.RecordsAffected, reader.FieldCount, reader.HasRows, await how.Read(reader) };
            }
        );
        Command(
            "closing",
            Numbers,
            "[false, true, true]",
            async (command, how) =>
            {
                var reader = await how.Reader(command);
                var open = reader.IsClosed;
                await how.Close(reader);
                var closed = reader.IsClosed;
                await how.Close(reader);
                return new[] { open, closed, reader.IsClosed };
            }
        );
        Command(
            "reading after closing",
            Numbers,
            "[InvalidOperationException, InvalidOperationException, InvalidOperationException]",
            async (command, how) =>
            {
                var reader = await how.Reader(command);
                await how.Close(reader);
                return new[]
                {
                    await Outcome.OfPartAsync(() => how.Read(reader)),
                    await Outcome.OfPartAsync(() => how.NextResult(reader)),
                    await Outcome.OfPartAsync(async () => _ = reader.FieldCount),
                };
            }
        );
        Command(
            "the connection is free after closing",
            Numbers,
            "2",
            async (command, how) =>
            {
                await how.Close(await how.Reader(command));
                command.CommandText = "select 2";
                return await how.Scalar(command);
            }
        );
        Command(
            "the connection is free after disposing half way",
            Numbers,
            "2",
            async (command, how) =>
            {
                await using (var reader = await how.Reader(command))
                {
                    await how.Read(reader);
                }

                command.CommandText = "select 2";
                return await how.Scalar(command);
            }
        );
        Command(
            "CloseConnection",
            Numbers,
            "[Open, Closed]",
            async (command, how) =>
            {
                var reader = await how.Reader(command, CommandBehavior.CloseConnection);
                var state = command.Connection!.State;
                await how.Dispose(reader);
                return new[] { state, command.Connection.State };
            }
        );
        Command(
            "CloseConnection, closed by the end of a foreach",
            Numbers,
            "[3, Closed]",
            async (command, how) =>
            {
                var rows = 0;
                await using (var reader = await how.Reader(command, CommandBehavior.CloseConnection))
                {
                    foreach (var row in reader)
                    {
                        rows++;
                    }
                }

                return new object[] { rows, command.Connection!.State };
            }
        );
        Command(
            "CloseConnection of a statement that fails",
            "selekt 1",
            "Closed",
            async (command, how) =>
            {
                await Outcome.OfPartAsync(() => how.Reader(command, CommandBehavior.CloseConnection));
                return command.Connection!.State;
            }
        );
        Command(
            "opening again after CloseConnection",
            Numbers,
            "[Open, 3:Int64]",
            async (command, how) =>
            {
                await how.Dispose(await how.Reader(command, CommandBehavior.CloseConnection));
                await how.Open(command.Connection!);
                command.CommandText = "select count(*) from numbers";
                return new[] { command.Connection!.State, await how.Scalar(command) };
            }
        );
        Command(
            "executing after CloseConnection",
            Numbers,
            "InvalidOperationException",
            async (command, how) =>
            {
                await how.Dispose(await how.Reader(command, CommandBehavior.CloseConnection));
                return await how.Scalar(command);
            }
        );
        Command(
            "SingleRow",
            Numbers + "; select 2",
            "[true, false, false]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command, CommandBehavior.SingleRow);
                return new[] { await how.Read(reader), await how.Read(reader), await how.NextResult(reader) };
            }
        );
        Command(
            "SingleResult",
            "select 1; select 2",
            "[true, false]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command, CommandBehavior.SingleResult);
                return new[] { await how.Read(reader), await how.NextResult(reader) };
            }
        );
        Command(
            "SequentialAccess",
            Numbers,
            "[1, 'one']",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command, CommandBehavior.SequentialAccess);
                await how.Read(reader);
                return new object[] { reader.GetInt32(0), reader.GetString(1) };
            }
        );
        Command(
            "SchemaOnly",
            Numbers,
            "[2, 'n', Int32, false]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command, CommandBehavior.SchemaOnly);
                return new object[] { reader.FieldCount, reader.GetName(0), reader.GetFieldType(0), await how.Read(reader) };
            }
        );
        Writes(
            "SchemaOnly does not execute a write",
            "0:Int64",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = $"insert into {table} (note) values ('a')";
                await Outcome.OfPartAsync(async () => await how.Dispose(await how.Reader(command, CommandBehavior.SchemaOnly)));
                return await CountAsync(s, table);
            }
        );
        Command(
            "KeyInfo",
            "select n from numbers",
            "[true, 'numbers']",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command, CommandBehavior.KeyInfo);
                var row = reader.GetSchemaTable()!.Rows[0];
                return new[] { row["IsKey"], row["BaseTableName"] };
            }
        );
        Command(
            "GetSchemaTable",
            Numbers,
            "['n', Int32, 'name', String]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                var table = reader.GetSchemaTable()!;
                return new[]
                {
                    table.Rows[0]["ColumnName"],
                    table.Rows[0]["DataType"],
                    table.Rows[1]["ColumnName"],
                    table.Rows[1]["DataType"],
                };
            }
        );
        Command(
            "GetColumnSchema",
            Numbers,
            "['n', 'INT', Int32, 'name', 'VARCHAR', String]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                return (await reader.GetColumnSchemaAsync())
                    .SelectMany(column => new object?[] { column.ColumnName, column.DataTypeName, column.DataType })
                    .ToList();
            }
        );
        Command(
            "the columns' names and types",
            Kinds,
            "['id INT Int32', 'i TINYINT SByte', 's SMALLINT Int16', 'l BIGINT Int64', 'ul BIGINT UInt64', 'd DECIMAL Decimal', 'f FLOAT Single', 'db DOUBLE Double', 't VARCHAR String', 'txt VARCHAR String', 'b BLOB Byte[]', 'g CHAR(36) Guid', 'dt DATETIME DateTime', 'dy DATE DateTime', 'tm TIME TimeSpan', 'fl BOOL Boolean', 'bits BIT UInt64', 'y YEAR Int32']",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                return Enumerable
                    .Range(0, reader.FieldCount)
                    .Select(i => $"{reader.GetName(i)} {reader.GetDataTypeName(i)} {reader.GetFieldType(i).Name}")
                    .ToList();
            }
        );
        Row(
            "the values",
            Kinds,
            "[1, 8:SByte, 16:Int16, 64:Int64, 65:UInt64, 1.25:Decimal, 1.5:Single, 2.5:Double, 'text', 'héllo 🙂', 0x010203, 0190f0a4-0000-7000-8000-000000000001:Guid, 2026-01-02T03:04:05.678901, 2026-01-02T00:00:00.000000, 01:02:03.5000000:TimeSpan, true, 5:UInt64, 2026]",
            reader =>
            {
                var values = new object[reader.FieldCount];
                reader.GetValues(values);
                return values;
            }
        );
        Row(
            "typed getters",
            Kinds,
            "[1, 16:Int16, 64:Int64, 1.25:Decimal, 1.5:Single, 2.5:Double, 'text', 0190f0a4-0000-7000-8000-000000000001:Guid, 2026-01-02T03:04:05.678901, true, 8:Byte, t:Char]",
            reader =>
                new object[]
                {
                    reader.GetInt32(0),
                    reader.GetInt16(2),
                    reader.GetInt64(3),
                    reader.GetDecimal(5),
                    reader.GetFloat(6),
                    reader.GetDouble(7),
                    reader.GetString(8),
                    reader.GetGuid(11),
                    reader.GetDateTime(12),
                    reader.GetBoolean(15),
                    reader.GetByte(1),
                    "t"[0],
                }
        );
        foreach (var (name, get) in Getters)
        {
            Row($"{name} of a value that it does not fit", "select 'text', 300, 1e300, date'2026-01-02'", Misfits[name], get);
            Command(
                $"{name} of NULL",
                "select null",
                "InvalidCastException",
                async (command, how) =>
                {
                    await using var reader = await how.Reader(command);
                    await how.Read(reader);
                    return get(reader);
                }
            );
            Command(
                $"{name} before the first row",
                "select 1",
                "InvalidOperationException",
                async (command, how) =>
                {
                    await using var reader = await how.Reader(command);
                    return get(reader);
                }
            );
            Command(
                $"{name} behind the last row",
                "select 1",
                "InvalidOperationException",
                async (command, how) =>
                {
                    await using var reader = await how.Reader(command);
                    await how.Read(reader);
                    await how.Read(reader);
                    return get(reader);
                }
            );
        }

        Field<int>("select 5", "5");
        Field<long>("select 5", "5:Int64");
        Field<string>("select 'a'", "'a'");
        Field<byte[]>("select x'0102'", "0x0102");
        Field<DateTime>("select timestamp'2026-01-02 03:04:05'", "2026-01-02T03:04:05.000000");
        Field<DateOnly>("select date'2026-01-02'", "01/02/2026:DateOnly");
        Field<TimeOnly>("select time'03:04:05'", "03:04:TimeOnly");
        Field<DateTimeOffset>("select timestamp'2026-01-02 03:04:05'", "01/02/2026 03:04:05 +00:00:DateTimeOffset");
        Field<Guid>("select '0190f0a4-0000-7000-8000-000000000001'", "0190f0a4-0000-7000-8000-000000000001:Guid");
        Field<Stream>("select x'0102'", "MemoryStream");
        Field<TextReader>("select 'a'", "StringReader");
        Field<object>("select null", "DBNull");
        Field<int>("select null", "InvalidCastException");
        Field<int?>("select null", "InvalidCastException");
        Field<DayOfWeek>("select 2", "Tuesday");
        Field<int>("select 'a'", "InvalidCastException");
        Command(
            "IsDBNull",
            "select null, 1",
            "[true, false]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                await how.Read(reader);
                return new[] { await how.IsNull(reader, 0), await how.IsNull(reader, 1) };
            }
        );
        Row("by name", Numbers, "[1, 'one', 1]", reader => new[] { reader["N"], reader["name"], reader.GetOrdinal("NAME") });
        Row("by a name that is not there", Numbers, "IndexOutOfRangeException", reader => reader["nowhere"]);
        Row("by a place that is not there", Numbers, "IndexOutOfRangeException", reader => reader.GetName(7));
        Row(
            "the depth and the fields",
            Numbers,
            "[0, 2, 2]",
            reader => new[] { reader.Depth, reader.FieldCount, reader.VisibleFieldCount }
        );
        Row(
            "GetValues into too few",
            Numbers,
            "[1, 1]",
            reader =>
            {
                var values = new object[1];
                return new[] { reader.GetValues(values), values[0] };
            }
        );
        Row(
            "GetBytes",
            "select x'0102030405'",
            "[5:Int64, 2:Int64, 0x00030400]",
            reader =>
            {
                var buffer = new byte[4];
                return new object[] { reader.GetBytes(0, 0, null, 0, 0), reader.GetBytes(0, 2, buffer, 1, 2), buffer };
            }
        );
        Row(
            "GetChars",
            "select 'héllo'",
            "[5:Int64, 3:Int64, 'éll']",
            reader =>
            {
                var buffer = new char[3];
                return new object[] { reader.GetChars(0, 0, null, 0, 0), reader.GetChars(0, 1, buffer, 0, 3), new string(buffer) };
            }
        );
        Row("GetStream", "select x'010203'", "3:Int64", reader => reader.GetStream(0).Length);
        Row("GetTextReader", "select 'abc'", "'abc'", reader => reader.GetTextReader(0).ReadToEnd());
        Row("GetTextReader of NULL", "select null", "InvalidCastException", reader => reader.GetTextReader(0).ReadToEnd());
        Row("GetProviderSpecificValue", "select 1", "1", reader => reader.GetProviderSpecificValue(0));
        Command(
            "a text of 4 MB",
            "select repeat('x', 4000000)",
            "4000000",
            async (command, how) => ((string)(await how.Scalar(command))!).Length
        );
        Command(
            "DataTable.Load",
            Numbers,
            "n,name[[1, 'one'], [2, 'two'], [3, DBNull]]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                using var table = new DataTable();
                table.Load(reader);
                return table;
            }
        );
        Command(
            "an error in the second result",
            "select 1; select * from nowhere",
            "[1, MySqlException(NoSuchTable), true]",
            async (command, how) =>
            {
                var reader = await how.Reader(command);
                await how.Read(reader);
                var first = reader.GetInt32(0);
                var second = await Outcome.OfPartAsync(() => how.NextResult(reader));
                await how.Dispose(reader);
                return new object[] { first, second, reader.IsClosed };
            }
        );
        Command(
            "an error in the middle of a result",
            "select n from numbers union all (select json_value(name, '$.a.') + (select n from many) from numbers)",
            "[MySqlException(SubQueryNoOneRow), Open]",
            async (command, how) =>
            {
                var outcome = await Outcome.OfPartAsync(() => AllAsync(command, how));
                return new object[] { outcome, command.Connection!.State };
            }
        );
        Command(
            "a reader of a reader that was not closed",
            Numbers,
            "InvalidOperationException",
            async (command, how) =>
            {
                await how.Reader(command);
                await using var other = command.Connection!.CreateCommand();
                other.CommandText = "select 1";
                return await how.Reader(other);
            }
        );
        Command(
            "NextResult discards what was not read",
            "select n from many; select 2",
            "[1, true, true, 2]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                await how.Read(reader);
                return new object[] { reader.GetInt32(0), await how.NextResult(reader), await how.Read(reader), reader.GetInt32(0) };
            }
        );
        Ways(
            [Calls.Async],
            () =>
                Command(
                    "Read with a token that is cancelled already",
                    Numbers,
                    "OperationCanceledException",
                    async (command, how) =>
                    {
                        await using var reader = await how.Reader(command);
                        return await reader.ReadAsync(new CancellationToken(canceled: true));
                    }
                )
        );
    }

    protected override string Type => "DbDataReader";

    private static IReadOnlyList<(string Name, Func<DbDataReader, object?> Get)> Getters { get; } =
    [
        ("GetInt32", reader => reader.GetInt32(0)),
        ("GetByte", reader => reader.GetByte(0)),
        ("GetInt64", reader => reader.GetInt64(0)),
        ("GetString", reader => reader.GetString(0)),
        ("GetDateTime", reader => reader.GetDateTime(0)),
        ("GetGuid", reader => reader.GetGuid(0)),
        ("GetBoolean", reader => reader.GetBoolean(0)),
        ("GetDecimal", reader => reader.GetDecimal(0)),
        ("GetDouble", reader => reader.GetDouble(0)),
    ];

    private static Dictionary<string, string> Misfits { get; } =
        new Dictionary<string, string>
        {
            ["GetInt32"] = "InvalidCastException",
            ["GetByte"] = "InvalidCastException",
            ["GetInt64"] = "InvalidCastException",
            ["GetString"] = "'text'",
            ["GetDateTime"] = "InvalidCastException",
            ["GetGuid"] = "InvalidCastException",
            ["GetBoolean"] = "InvalidCastException",
            ["GetDecimal"] = "InvalidCastException",
            ["GetDouble"] = "InvalidCastException",
        };

    private static async Task<object?> AllAsync(DbCommand command, Calls how)
    {
        await using var reader = await how.Reader(command);
        var all = new List<object>();
        do
        {
            while (await how.Read(reader))
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    all.Add(reader.GetValue(i));
                }
            }
        } while (await how.NextResult(reader));
        return all;
    }

    private void Field<T>(string text, string expected) =>
        Command(
            $"GetFieldValue<{(Nullable.GetUnderlyingType(typeof(T)) is { } type ? type.Name + "?" : typeof(T).Name)}> of {text}",
            text,
            expected,
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                await how.Read(reader);
                return await how.Value<T>(reader, 0);
            }
        );
}
