using System.Data;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class DataSourceBehaviours : BehaviourList
{
    public DataSourceBehaviours()
    {
        Reads("CreateConnection", "Closed", async (s, how) => s.Source.CreateConnection().State);
        Reads(
            "opening a connection",
            "[Open, Closed]",
            async (s, how) =>
            {
                var connection = await how.Open(s.Source);
                var state = connection.State;
                await how.Dispose(connection);
                return new[] { state, connection.State };
            }
        );
        Reads(
            "ConnectionString has the password",
            "true",
            async (s, how) => s.Source.ConnectionString.Contains("password", StringComparison.OrdinalIgnoreCase),
            new Difference(s => s.IsOurs, "false", "The driver's has it, which puts it into logs (runtime-semantics.md, 20).")
        );
        Command(
            "ExecuteScalar",
            "[3:Int64, 3:Int64]",
            async (command, how) => new[] { await how.Scalar(command), await how.Scalar(command) }
        );
        Command("ExecuteNonQuery", "[-1, -1]", async (command, how) => new[] { await how.NonQuery(command), await how.NonQuery(command) });
        Command(
            "ExecuteReader",
            "[true, 3:Int64, false]",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                return new object[] { await how.Read(reader), reader.GetValue(0), await how.Read(reader) };
            }
        );
        Command(
            "a second execution while the reader is open",
            "InvalidOperationException",
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                return await Outcome.OfPartAsync(() => how.Scalar(command));
            }
        );
        Command(
            "the default timeout and the text",
            "['select count(*) from numbers', 30, Text]",
            async (command, how) => new object[] { command.CommandText, command.CommandTimeout, command.CommandType }
        );
        Command(
            "parameters",
            "2:Int64",
            async (command, how) =>
            {
                command.CommandText += " where n > @n";
                PreparedBehaviours.Add(command, "@n", 1);
                return await how.Scalar(command);
            }
        );
        Command(
            "preparing",
            "NotSupportedException",
            async (command, how) =>
            {
                await how.Prepare(command);
                return Outcome.NoException;
            }
        );
        Command("Connection", "NotSupportedException", async (command, how) => command.Connection);
        Command("Transaction", "NotSupportedException", async (command, how) => command.Transaction);
        Command(
            "Cancel",
            "no exception",
            async (command, how) =>
            {
                command.Cancel();
                return Outcome.NoException;
            }
        );
        Command(
            "executing after disposing",
            "ObjectDisposedException",
            async (command, how) =>
            {
                await how.Dispose(command);
                return await how.Scalar(command);
            }
        );
        Reads("a command without a text", "''", async (s, how) => s.Source.CreateCommand().CommandText);
        Reads(
            "a failed command",
            "MySqlException(ParseError)",
            async (s, how) =>
            {
                await using var command = s.Source.CreateCommand("selekt 1");
                return await how.Scalar(command);
            }
        );
        Writes(
            "a command that writes",
            "[1, 1:Int64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var command = s.Source.CreateCommand($"insert into {table} (note) values ('a')");
                return new[] { await how.NonQuery(command), await CountAsync(s, table) };
            }
        );
        Reads(
            "CreateBatch",
            "[1, 1, 'a']",
            async (s, how) =>
            {
                await using var batch = s.Source.CreateBatch();
                foreach (var text in new[] { "select 1", "select 'a'" })
                {
                    var command = batch.CreateBatchCommand();
                    command.CommandText = text;
                    batch.BatchCommands.Add(command);
                }

                var seen = new List<object?> { await how.Scalar(batch) };
                await using var reader = await how.Reader(batch);
                await how.Read(reader);
                seen.Add(reader.GetValue(0));
                await how.NextResult(reader);
                await how.Read(reader);
                seen.Add(reader.GetValue(0));
                return seen;
            }
        );
        Writes(
            "CreateBatch that writes",
            "[2, 2:Int64]",
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var batch = s.Source.CreateBatch();
                for (var i = 0; i < 2; i++)
                {
                    var command = batch.CreateBatchCommand();
                    command.CommandText = $"insert into {table} (note) values ('a')";
                    batch.BatchCommands.Add(command);
                }

                return new[] { await how.NonQuery(batch), await CountAsync(s, table) };
            }
        );
        Disposed("opening after disposing", async (source, how) => await how.Open(source));
        Disposed(
            "a command after disposing",
            async (source, how) =>
            {
                await using var command = source.CreateCommand("select 1");
                return await how.Scalar(command);
            }
        );
        Disposed(
            "a connection of before, opened after disposing",
            async (source, how, connection) => await how.Open(connection),
            ClosedForAll
        );
        Reads(
            "disposing twice",
            "no exception",
            async (s, how) =>
            {
                var source = s.CreateSource();
                await how.Dispose(source);
                return await Outcome.OfPartAsync(() => how.Dispose(source));
            }
        );
        Reads(
            "an open connection survives disposing",
            "1",
            async (s, how) =>
            {
                var source = s.CreateSource();
                await using var connection = await how.Open(source);
                await how.Dispose(source);
                await using var command = connection.CreateCommand();
                command.CommandText = "select 1";
                return await how.Scalar(command);
            }
        );
        Ways(
            [Calls.Async],
            () =>
                Reads(
                    "opening with a token that is cancelled already",
                    "OperationCanceledException",
                    async (s, how) => await s.Source.OpenConnectionAsync(new CancellationToken(canceled: true))
                )
        );
    }

    private static Difference ClosedForAll { get; } =
        new(s => s.IsOurs, "ObjectDisposedException", "The pools of all servers are closed; the driver opens one past its pool.");

    protected override string Type => "DbDataSource";

    private void Command(string name, string expected, Func<System.Data.Common.DbCommand, Calls, Task<object?>> run) =>
        Reads(
            $"CreateCommand: {name}",
            expected,
            async (s, how) =>
            {
                await using var command = s.Source.CreateCommand("select count(*) from numbers");
                return await run(command, how);
            }
        );

    private void Disposed(string name, Func<System.Data.Common.DbDataSource, Calls, Task<object?>> run) =>
        Disposed(name, async (source, how, _) => await run(source, how));

    private void Disposed(
        string name,
        Func<System.Data.Common.DbDataSource, Calls, System.Data.Common.DbConnection, Task> run,
        params IReadOnlyList<Difference> differences
    ) =>
        Reads(
            name,
            "ObjectDisposedException",
            async (s, how) =>
            {
                var source = s.CreateSource();
                await using var connection = source.CreateConnection();
                await how.Dispose(source);
                return await Outcome.OfPartAsync(() => run(source, how, connection));
            },
            differences
        );
}
