using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class CancellationBehaviours : BehaviourList
{
    // Not provably a plain read.
    private const string Sleep = "select sleep(600)";

    public CancellationBehaviours()
    {
        Command(
            "Cancel of a new command",
            "select 1",
            "1",
            async (command, how) =>
            {
                command.Cancel();
                return await how.Scalar(command);
            }
        );
        Command(
            "Cancel of one that has run, twice",
            "select 1",
            "1",
            async (command, how) =>
            {
                await how.Scalar(command);
                command.Cancel();
                command.Cancel();
                return await how.Scalar(command);
            }
        );
        Command(
            "Cancel after disposing",
            "select 1",
            "no exception",
            async (command, how) =>
            {
                await how.Scalar(command);
                await how.Dispose(command);
                command.Cancel();
                return Outcome.NoException;
            }
        );
        Command(
            "Cancel after the connection was disposed of",
            "select 1",
            "no exception",
            async (command, how) =>
            {
                await how.Scalar(command);
                await how.Dispose(command.Connection!);
                command.Cancel();
                return Outcome.NoException;
            }
        );
        Reads(
            "Cancel on a closed connection",
            "no exception",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                command.CommandText = "select 1";
                command.Cancel();
                return Outcome.NoException;
            }
        );
        Reads(
            "Cancel without a connection",
            "no exception",
            async (s, how) =>
            {
                var command = s.Create().CreateCommand();
                command.Connection = null;
                command.Cancel();
                return Outcome.NoException;
            }
        );
        Waiting(AddWhatIsEndedWhileItRuns);
        Ways(
            [Calls.Async],
            () =>
            {
                foreach (var (kind, text) in new[] { ("a read", Endless), ("another statement", Sleep) })
                {
                    foreach (var (name, run) in AsyncExecutions)
                    {
                        Command(
                            $"{name} of {kind} with a token that is cancelled already",
                            text,
                            "OperationCanceledException",
                            async (command, how) =>
                            {
                                await run(command, new CancellationToken(canceled: true));
                                return Outcome.NoException;
                            },
                            name == "PrepareAsync" && text == Sleep ? [MovesFirst] : []
                        );
                        if (name != "PrepareAsync")
                        {
                            Waiting(() =>
                                Command(
                                    $"{name} of {kind} with a token that is cancelled while it runs",
                                    text,
                                    "[OperationCanceledException, Open, 1]",
                                    async (command, how) =>
                                    {
                                        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                                        var outcome = Outcome.NoException;
                                        try
                                        {
                                            await run(command, source.Token);
                                        }
                                        catch (OperationCanceledException exception) when (exception.CancellationToken == source.Token)
                                        {
                                            outcome = new Word("OperationCanceledException");
                                        }

                                        var state = command.Connection!.State;
                                        command.CommandText = "select 1";
                                        return new object?[] { outcome, state, await how.Scalar(command) };
                                    }
                                )
                            );
                        }
                    }
                }

                Writes(
                    "a transaction with a token that is cancelled already",
                    "OperationCanceledException",
                    async (s, how) =>
                    {
                        await using var connection = await s.OpenAsync();
                        return (await connection.BeginTransactionAsync(new CancellationToken(canceled: true))).Connection is not null;
                    },
                    MovesFirst
                );
                Writes(
                    "a transaction after one that was cancelled",
                    "1",
                    async (s, how) =>
                    {
                        await using var connection = await s.OpenAsync();
                        await Outcome.OfPartAsync(() => connection.BeginTransactionAsync(new CancellationToken(canceled: true)).AsTask());
                        await using var transaction = await how.Begin(connection);
                        await using var command = connection.CreateCommand();
                        command.Transaction = transaction;
                        command.CommandText = "select 1";
                        return await how.Scalar(command);
                    },
                    MovesFirst with
                    {
                        Outcome = "1",
                    }
                );
                Reads(
                    "a batch with a token that is cancelled already",
                    "OperationCanceledException",
                    async (s, how) =>
                    {
                        await using var connection = await s.OpenAsync();
                        await using var batch = connection.CreateBatch();
                        var command = batch.CreateBatchCommand();
                        command.CommandText = "select 1";
                        batch.BatchCommands.Add(command);
                        return await batch.ExecuteScalarAsync(new CancellationToken(canceled: true));
                    }
                );
            }
        );
    }

    private void AddWhatIsEndedWhileItRuns()
    {
        foreach (var (kind, text) in new[] { ("a read", Endless), ("another statement", Sleep) })
        {
            Command(
                $"Cancel while {kind} runs",
                text,
                "MySqlException(QueryInterrupted)",
                async (command, how) =>
                {
                    var running = Task.Run(() => how.Reader(command).ContinueWith(DrainAsync, TaskScheduler.Default).Unwrap());
                    while (!running.IsCompleted)
                    {
                        await Task.Delay(200);
                        command.Cancel();
                    }

                    return await running;
                }
            );
            Command(
                $"a CommandTimeout that {kind} exceeds",
                text,
                "MySqlException(CommandTimeoutExpired)",
                async (command, how) =>
                {
                    command.CommandTimeout = 1;
                    return await how.Scalar(command);
                }
            );
            Command(
                $"the connection after a CommandTimeout that {kind} exceeded",
                text,
                "[Open, 1]",
                async (command, how) =>
                {
                    command.CommandTimeout = 1;
                    await Outcome.OfPartAsync(() => how.Scalar(command));
                    var state = command.Connection!.State;
                    command.CommandText = "select 1";
                    return new[] { state, await how.Scalar(command) };
                }
            );
        }
    }

    private static Difference MovesFirst { get; } =
        new(
            s => s.Way == Way.Direct,
            "OperationCanceledException",
            "The driver does not look at the token; the connection has to move to the primary first, and opening there does."
        );

    protected override string Type => "DbCommand, cancelled";

    private static IReadOnlyList<(string Name, Func<DbCommand, CancellationToken, Task> Run)> AsyncExecutions { get; } =
    [
        ("ExecuteNonQueryAsync", (command, cancellation) => command.ExecuteNonQueryAsync(cancellation)),
        ("ExecuteScalarAsync", (command, cancellation) => command.ExecuteScalarAsync(cancellation)),
        (
            "ExecuteReaderAsync",
            async (command, cancellation) =>
            {
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation)) { }
            }
        ),
        ("PrepareAsync", (command, cancellation) => command.PrepareAsync(cancellation)),
    ];

    private static async Task<object?> DrainAsync(Task<DbDataReader> started)
    {
        await using var reader = await started;
        var rows = 0;
        while (await reader.ReadAsync())
        {
            rows++;
        }

        return rows;
    }
}
