using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class ProcedureBehaviours : BehaviourList
{
    public ProcedureBehaviours()
    {
        foreach (var prepares in new[] { false, true })
        {
            var prepared = prepares ? ", prepared" : "";
            Procedure(
                $"output parameters{prepared}",
                "double_it",
                "[8, 9, 0]",
                prepares,
                async (command, how) =>
                {
                    var affected = await how.NonQuery(command);
                    return new[] { command.Parameters["@q"].Value, command.Parameters["@r"].Value, affected };
                }
            );
            Procedure(
                $"output parameters after ExecuteScalar{prepared}",
                "double_it",
                "[8, 9]",
                prepares,
                async (command, how) =>
                {
                    await how.Scalar(command);
                    return new[] { command.Parameters["@q"].Value, command.Parameters["@r"].Value };
                }
            );
            Procedure(
                $"output parameters after the reader{prepared}",
                "double_it",
                "[8, 9]",
                prepares,
                async (command, how) =>
                {
                    await how.Dispose(await how.Reader(command));
                    return new[] { command.Parameters["@q"].Value, command.Parameters["@r"].Value };
                }
            );
            Procedure(
                $"output parameters, twice{prepared}",
                "double_it",
                "[8, 10, 13]",
                prepares,
                async (command, how) =>
                {
                    await how.NonQuery(command);
                    var first = command.Parameters["@q"].Value;
                    command.Parameters["@p"].Value = 5;
                    command.Parameters["@r"].Value = 8;
                    await how.NonQuery(command);
                    return new[] { first, command.Parameters["@q"].Value, command.Parameters["@r"].Value };
                }
            );
        }

        Stored(
            "the results of a procedure",
            "two_results",
            "[7, 1, 2, 3]",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@p", 7);
                await using var reader = await how.Reader(command);
                var seen = new List<object>();
                do
                {
                    while (await how.Read(reader))
                    {
                        seen.Add(reader.GetInt32(0));
                    }
                } while (await how.NextResult(reader));
                return seen;
            }
        );
        Stored(
            "the return value of a function",
            "triple",
            "12",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@p", 4);
                var result = command.CreateParameter();
                result.ParameterName = "@result";
                result.Direction = ParameterDirection.ReturnValue;
                command.Parameters.Add(result);
                await how.NonQuery(command);
                return result.Value;
            }
        );
        Stored(
            "a procedure that is not there",
            "nowhere",
            "MySqlException(StoredProcedureDoesNotExist)",
            async (command, how) => await how.NonQuery(command)
        );
        Stored("a procedure without a parameter", "double_it", "ArgumentException", async (command, how) => await how.NonQuery(command));
        Stored(
            "the type and the text after running",
            "two_results",
            "['two_results', StoredProcedure]",
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@p", 7);
                await how.Scalar(command);
                return new object[] { command.CommandText, command.CommandType };
            }
        );
        Writes(
            "a CALL as text",
            "3:Int64",
            async (s, how) =>
            {
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "call two_results(3)";
                return Convert.ToInt64(await how.Scalar(command), System.Globalization.CultureInfo.InvariantCulture);
            }
        );
    }

    protected override string Type => "DbCommand, procedures";

    private void Stored(string name, string procedure, string expected, Func<DbCommand, Calls, Task<object?>> run) =>
        Writes(
            name,
            expected,
            async (s, how) =>
            {
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = procedure;
                command.CommandType = CommandType.StoredProcedure;
                return await run(command, how);
            }
        );

    private void Procedure(string name, string procedure, string expected, bool prepares, Func<DbCommand, Calls, Task<object?>> run) =>
        Stored(
            name,
            procedure,
            expected,
            async (command, how) =>
            {
                PreparedBehaviours.Add(command, "@p", 4);
                PreparedBehaviours.Add(command, "@q", null).Direction = ParameterDirection.Output;
                command.Parameters["@q"].DbType = DbType.Int32;
                PreparedBehaviours.Add(command, "@r", 5).Direction = ParameterDirection.InputOutput;
                if (prepares)
                {
                    await how.Prepare(command);
                }

                return await run(command, how);
            }
        );
}
