using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class ParameterBehaviours : BehaviourList
{
    public ParameterBehaviours()
    {
        Parameter(
            "the defaults",
            "['', String, Input, false, 0:Byte, 0:Byte, 0, '', Current, null]",
            (parameter, _) =>
                new object?[]
                {
                    parameter.ParameterName,
                    parameter.DbType,
                    parameter.Direction,
                    parameter.IsNullable,
                    parameter.Precision,
                    parameter.Scale,
                    parameter.Size,
                    parameter.SourceColumn,
                    parameter.SourceVersion,
                    parameter.Value,
                }
        );
        Parameter(
            "names set to null",
            "['', '']",
            (parameter, _) =>
            {
                parameter.ParameterName = null;
                parameter.SourceColumn = null;
                return new[] { parameter.ParameterName, parameter.SourceColumn };
            }
        );
        Parameter(
            "ResetDbType",
            "String",
            (parameter, _) =>
            {
                parameter.DbType = DbType.Int32;
                parameter.ResetDbType();
                return parameter.DbType;
            }
        );
        Parameter("adding null", "ArgumentNullException", (_, command) => command.Parameters.Add(null!));
        Parameter("adding what is no parameter", "InvalidCastException", (_, command) => command.Parameters.Add("a"));
        Parameter(
            "inserting null",
            "ArgumentNullException",
            (_, command) =>
            {
                command.Parameters.Insert(0, null!);
                return Outcome.NoException;
            }
        );
        Parameter(
            "adding and finding",
            "[0, 0, true, true, 1, true]",
            (parameter, command) =>
            {
                parameter.ParameterName = "@a";
                return new object[]
                {
                    command.Parameters.Add(parameter),
                    command.Parameters.IndexOf("@a"),
                    command.Parameters.Contains("a"),
                    command.Parameters.Contains(parameter),
                    command.Parameters.Count,
                    ReferenceEquals(command.Parameters["@A"], parameter),
                };
            }
        );
        Parameter(
            "finding what is not there",
            "[-1, false, false]",
            (parameter, command) =>
                new object[] { command.Parameters.IndexOf("@a"), command.Parameters.Contains("@a"), command.Parameters.Contains(parameter) }
        );
        Parameter("an index by a name that is not there", "ArgumentException", (_, command) => command.Parameters["@nowhere"]);
        Parameter("an index beyond the end", "ArgumentOutOfRangeException", (_, command) => command.Parameters[3]);
        Parameter(
            "two of one name",
            "ArgumentException",
            (parameter, command) =>
            {
                parameter.ParameterName = "@a";
                command.Parameters.Add(parameter);
                var other = command.CreateParameter();
                other.ParameterName = "@a";
                return command.Parameters.Add(other);
            }
        );
        Parameter(
            "removing",
            "[0, false]",
            (parameter, command) =>
            {
                parameter.ParameterName = "@a";
                command.Parameters.Add(parameter);
                command.Parameters.Remove(parameter);
                return new object[] { command.Parameters.Count, command.Parameters.Contains("@a") };
            }
        );
        Parameter(
            "removing by position and by name",
            "[1, 0]",
            (parameter, command) =>
            {
                parameter.ParameterName = "@a";
                command.Parameters.Add(parameter);
                var other = command.CreateParameter();
                other.ParameterName = "@b";
                command.Parameters.Add(other);
                command.Parameters.RemoveAt(0);
                var left = command.Parameters.Count;
                command.Parameters.RemoveAt("@b");
                return new object[] { left, command.Parameters.Count };
            }
        );
        Parameter(
            "removing where there is none",
            "ArgumentOutOfRangeException",
            (_, command) =>
            {
                command.Parameters.RemoveAt(0);
                return Outcome.NoException;
            }
        );
        Parameter(
            "AddRange and Clear",
            "[2, 0]",
            (parameter, command) =>
            {
                parameter.ParameterName = "@a";
                var other = command.CreateParameter();
                other.ParameterName = "@b";
                command.Parameters.AddRange(new[] { parameter, other });
                var many = command.Parameters.Count;
                command.Parameters.Clear();
                return new object[] { many, command.Parameters.Count };
            }
        );
        Value("an int", 5, "5");
        Value("a long", 5_000_000_000L, "5000000000:Int64");
        Value("a bool", true, "1");
        Value("a string", "it's \\ é🙂", "'it's \\ é🙂'");
        Value("a decimal", 1.50m, "1.50:Decimal");
        Value("a double", 0.1d, "0.1:Decimal");
        Value("bytes", new byte[] { 0, 39, 92, 255 }, "0x00275CFF");
        Value("a stream", new MemoryStream([1, 2, 3]), "0x010203", () => new MemoryStream([1, 2, 3]));
        Value("a time", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "2026-01-02T03:04:05.000000");
        Value("a span", new TimeSpan(1, 2, 3), "01:02:03:TimeSpan");
        Value("a GUID", Guid.Parse("0190f0a4-0000-7000-8000-000000000001"), "'0190f0a4-0000-7000-8000-000000000001'");
        Value("a date", new DateOnly(2026, 1, 2), "2026-01-02T00:00:00.000000");
        Value("an enum", DayOfWeek.Tuesday, "2");
        Value("DBNull", DBNull.Value, "DBNull");
        Value("null", null, "DBNull");
        Value("what no server knows", new object(), "NotSupportedException");
        Command(
            "a parameter without a value in the collection",
            "select @a",
            "MySqlException(None)",
            async (command, how) => await how.Scalar(command)
        );
        Command(
            "a parameter that the text does not name",
            "select 1",
            "1",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@other", 2);
                return await how.Scalar(command);
            }
        );
        Command(
            "a name without its @",
            "select @a",
            "'x'",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "a", "x");
                return await how.Scalar(command);
            }
        );
        Command(
            "names in another case",
            "select @NAME",
            "'x'",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@name", "x");
                return await how.Scalar(command);
            }
        );
        Command(
            "a name twice in a text",
            "select concat(@a, @a)",
            "'xx'",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@a", "x");
                return await how.Scalar(command);
            }
        );
        Command(
            "places instead of names",
            "select concat(?, ?)",
            "'xy'",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "", "x");
                PreparedBehaviours.Add(command, "", "y");
                return await how.Scalar(command);
            }
        );
        Command(
            "a name inside a text and a comment",
            "select '@a' /* @a */",
            "'@a'",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@a", "x");
                return await how.Scalar(command);
            }
        );
        Command(
            "a size that cuts",
            "select @a",
            "'ab'",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@a", "abc").Size = 2;
                return await how.Scalar(command);
            }
        );
    }

    protected override string Type => "DbParameter";

    private void Parameter(string name, string expected, Func<DbParameter, DbCommand, object?> run) =>
        Ways(
            [Calls.Sync],
            () =>
                Reads(
                    name,
                    expected,
                    (s, how) =>
                    {
                        var command = s.Create().CreateCommand();
                        return Task.FromResult(run(command.CreateParameter(), command));
                    }
                )
        );

    private void Value(string name, object? value, string expected, Func<object>? fresh = null) =>
        Command(
            $"the value {name}",
            "select @a",
            expected,
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@a", fresh?.Invoke() ?? value);
                return await how.Scalar(command);
            }
        );
}
