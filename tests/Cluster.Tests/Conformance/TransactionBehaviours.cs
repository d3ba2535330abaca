using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

public sealed class TransactionBehaviours : BehaviourList
{
    public TransactionBehaviours()
    {
        In(
            "committing keeps",
            "1:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Commit(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "rolling back undoes",
            "0:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Rollback(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "disposing undoes",
            "0:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Dispose(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "disposing after committing keeps",
            "1:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Commit(transaction);
                await how.Dispose(transaction);
                await how.Dispose(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "closing the connection undoes",
            "0:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Close(transaction.Connection!);
                return await CountAsync(s, table);
            }
        );
        In(
            "nothing of it is seen before it commits",
            "[0:Int64, 1:Int64]",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                return new[] { await CountAsync(s, table), await ScalarAsync(transaction, $"select count(*) from {table}", how) };
            }
        );
        foreach (var (first, one) in Endings)
        {
            In(
                $"Connection after {first}",
                "null",
                async (s, transaction, table, how) =>
                {
                    await one(transaction, how);
                    return transaction.Connection;
                }
            );
            foreach (var (second, two) in Endings)
            {
                In(
                    $"{second} after {first}",
                    second == "disposing" ? "no exception"
                        : first == "disposing" ? "ObjectDisposedException"
                        : "InvalidOperationException",
                    async (s, transaction, table, how) =>
                    {
                        await one(transaction, how);
                        await two(transaction, how);
                        return Outcome.NoException;
                    }
                );
            }

            In(
                $"another transaction after {first}",
                "[true, 1]",
                async (s, transaction, table, how) =>
                {
                    var connection = transaction.Connection!;
                    await one(transaction, how);
                    await using var next = await how.Begin(connection);
                    return new[] { ReferenceEquals(next.Connection, connection), await ScalarAsync(next, "select 1", how) };
                }
            );
            In(
                $"a command without a transaction after {first}",
                "1",
                async (s, transaction, table, how) =>
                {
                    var connection = transaction.Connection!;
                    await one(transaction, how);
                    await using var command = connection.CreateCommand();
                    command.CommandText = "select 1";
                    return await how.Scalar(command);
                }
            );
        }

        In(
            "Connection",
            "true",
            async (s, transaction, table, how) => transaction.Connection is { } connection && connection.GetType() == s.Create().GetType()
        );
        In(
            "another one while it runs",
            "InvalidOperationException",
            async (s, transaction, table, how) => await how.Begin(transaction.Connection!)
        );
        In(
            "the connection is as its command's",
            "true",
            async (s, transaction, table, how) =>
            {
                await using var command = transaction.Connection!.CreateCommand();
                command.Transaction = transaction;
                return ReferenceEquals(command.Transaction, transaction)
                    && ReferenceEquals(command.Transaction.Connection, command.Connection);
            }
        );
        In(
            "after its connection was closed",
            "[ObjectDisposedException, ObjectDisposedException]",
            async (s, transaction, table, how) =>
            {
                await how.Close(transaction.Connection!);
                return new[]
                {
                    await Outcome.OfPartAsync(() => how.Commit(transaction)),
                    await Outcome.OfPartAsync(() => how.Rollback(transaction)),
                };
            }
        );
        In(
            "committing while a reader is open",
            "InvalidOperationException",
            async (s, transaction, table, how) =>
            {
                await using var command = transaction.Connection!.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = "select n from numbers";
                await using var reader = await how.Reader(command);
                return await Outcome.OfPartAsync(() => how.Commit(transaction));
            }
        );
        Writes(
            "beginning while a reader is open",
            "InvalidOperationException",
            async (s, how) =>
            {
                await using var connection = await s.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "select n from numbers";
                await using var reader = await how.Reader(command);
                return await how.Begin(connection);
            },
            new Difference(
                s => s.Way == Way.Direct,
                "InvalidOperationException",
                "The connection has to move to the primary, which it cannot with a reader open; so it says."
            ),
            new Difference(s => s.IsOurs, "InvalidOperationException", "As on the direct way; the driver would spoil the protocol.")
        );
        foreach (var (level, expected) in Levels)
        {
            Writes(
                $"IsolationLevel.{level}",
                expected,
                async (s, how) =>
                {
                    await using var connection = await s.OpenAsync();
                    await using var transaction = await how.Begin(connection, level);
                    return new[] { transaction.IsolationLevel, await ScalarAsync(transaction, "select @@tx_isolation", how) };
                }
            );
        }

        Writes(
            "the level of the next one is the default again",
            "'REPEATABLE-READ'",
            async (s, how) =>
            {
                await using var connection = await s.OpenAsync();
                await using (var transaction = await how.Begin(connection, IsolationLevel.Serializable))
                {
                    await how.Commit(transaction);
                }

                await using var next = await how.Begin(connection);
                return await ScalarAsync(next, "select @@tx_isolation", how);
            }
        );
        In("SupportsSavepoints", "true", async (s, transaction, table, how) => transaction.SupportsSavepoints);
        In(
            "rolling back to a savepoint",
            "1:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Save(transaction, "here");
                await InsertAsync(transaction, table, how);
                await how.RollbackTo(transaction, "here");
                await how.Commit(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "releasing a savepoint",
            "2:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Save(transaction, "here");
                await InsertAsync(transaction, table, how);
                await how.Release(transaction, "here");
                await how.Commit(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "rolling back to a savepoint that was released",
            "MySqlException(StoredProcedureDoesNotExist)",
            async (s, transaction, table, how) =>
            {
                await how.Save(transaction, "here");
                await how.Release(transaction, "here");
                return await Outcome.OfPartAsync(() => how.RollbackTo(transaction, "here"));
            }
        );
        In(
            "releasing a savepoint that is not there",
            "MySqlException(StoredProcedureDoesNotExist)",
            async (s, transaction, table, how) => await Outcome.OfPartAsync(() => how.Release(transaction, "nowhere"))
        );
        In(
            "a savepoint without a name",
            "[ArgumentNullException, ArgumentException, ArgumentNullException, ArgumentNullException]",
            async (s, transaction, table, how) =>
                new[]
                {
                    await Outcome.OfPartAsync(() => how.Save(transaction, null)),
                    await Outcome.OfPartAsync(() => how.Save(transaction, "")),
                    await Outcome.OfPartAsync(() => how.RollbackTo(transaction, null)),
                    await Outcome.OfPartAsync(() => how.Release(transaction, null)),
                }
        );
        In(
            "a savepoint with a hostile name",
            "1:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await how.Save(transaction, "a`; commit; -- */");
                await InsertAsync(transaction, table, how);
                await how.RollbackTo(transaction, "a`; commit; -- */");
                await how.Commit(transaction);
                return await CountAsync(s, table);
            }
        );
        In(
            "a savepoint after committing",
            "InvalidOperationException",
            async (s, transaction, table, how) =>
            {
                await how.Commit(transaction);
                return await Outcome.OfPartAsync(() => how.Save(transaction, "late"));
            }
        );
        In(
            "a failed statement leaves it",
            "1:Int64",
            async (s, transaction, table, how) =>
            {
                await InsertAsync(transaction, table, how);
                await Outcome.OfPartAsync(() => ScalarAsync(transaction, "selekt", how));
                await how.Commit(transaction);
                return await CountAsync(s, table);
            }
        );
        Writes(
            "BeginTransaction without a level",
            "Unspecified",
            async (s, how) =>
            {
                await using var connection = await s.OpenAsync();
                await using var transaction = connection.BeginTransaction();
                return transaction.IsolationLevel;
            }
        );
    }

    protected override string Type => "DbTransaction";

    private static IReadOnlyList<(string Name, Func<DbTransaction, Calls, Task> End)> Endings { get; } =
    [
        ("committing", (transaction, how) => how.Commit(transaction)),
        ("rolling back", (transaction, how) => how.Rollback(transaction)),
        ("disposing", (transaction, how) => how.Dispose(transaction)),
    ];

    private static IReadOnlyList<(IsolationLevel Level, string Expected)> Levels { get; } =
    [
        (IsolationLevel.Unspecified, "[Unspecified, 'REPEATABLE-READ']"),
        (IsolationLevel.ReadUncommitted, "[ReadUncommitted, 'READ-UNCOMMITTED']"),
        (IsolationLevel.ReadCommitted, "[ReadCommitted, 'READ-COMMITTED']"),
        (IsolationLevel.RepeatableRead, "[RepeatableRead, 'REPEATABLE-READ']"),
        (IsolationLevel.Serializable, "[Serializable, 'SERIALIZABLE']"),
        (IsolationLevel.Snapshot, "[Snapshot, 'REPEATABLE-READ']"),
        (IsolationLevel.Chaos, "NotSupportedException"),
    ];

    private static async Task<object?> ScalarAsync(DbTransaction transaction, string text, Calls how)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        return await how.Scalar(command);
    }

    private static Task<object?> InsertAsync(DbTransaction transaction, string table, Calls how) =>
        ScalarAsync(transaction, $"insert into {table} (note) values ('a')", how);

    private void In(string name, string expected, Func<Subject, DbTransaction, string, Calls, Task<object?>> run) =>
        Writes(
            name,
            expected,
            async (s, how) =>
            {
                var table = await s.NewTableAsync();
                await using var connection = await s.OpenAsync();
                await using var transaction = await how.Begin(connection);
                return await run(s, transaction, table, how);
            }
        );
}
