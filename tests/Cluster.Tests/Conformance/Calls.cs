using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>The members that ADO.NET has twice: the synchronous ones, or the asynchronous ones.</summary>
public abstract class Calls
{
    public static Calls Sync { get; } = new SyncCalls();

    public static Calls Async { get; } = new AsyncCalls();

    public static IReadOnlyList<Calls> Both { get; } = [Sync, Async];

    public abstract Task Open(DbConnection connection);

    public abstract Task<DbConnection> Open(DbDataSource source);

    public abstract Task Close(DbConnection connection);

    public abstract Task ChangeDatabase(DbConnection connection, string name);

    public abstract Task<DbTransaction> Begin(DbConnection connection, IsolationLevel level = IsolationLevel.Unspecified);

    public abstract Task<DataTable> Schema(DbConnection connection);

    public abstract Task<DataTable> Schema(DbConnection connection, string collection, string?[]? restrictions = null);

    public abstract Task<int> NonQuery(DbCommand command);

    public abstract Task<object?> Scalar(DbCommand command);

    public abstract Task<DbDataReader> Reader(DbCommand command, CommandBehavior behavior = default);

    public abstract Task Prepare(DbCommand command);

    public abstract Task<int> NonQuery(DbBatch batch);

    public abstract Task<object?> Scalar(DbBatch batch);

    public abstract Task<DbDataReader> Reader(DbBatch batch, CommandBehavior behavior = default);

    public abstract Task Prepare(DbBatch batch);

    public abstract Task<bool> Read(DbDataReader reader);

    public abstract Task<bool> NextResult(DbDataReader reader);

    public abstract Task<bool> IsNull(DbDataReader reader, int ordinal);

    public abstract Task<T> Value<T>(DbDataReader reader, int ordinal);

    public abstract Task Close(DbDataReader reader);

    public abstract Task Commit(DbTransaction transaction);

    public abstract Task Rollback(DbTransaction transaction);

    public abstract Task Save(DbTransaction transaction, string? savepoint);

    public abstract Task RollbackTo(DbTransaction transaction, string? savepoint);

    public abstract Task Release(DbTransaction transaction, string? savepoint);

    /// <summary>Of anything in ADO.NET, all of which can be disposed of in both ways.</summary>
    public abstract Task Dispose(IDisposable disposable);

    private sealed class SyncCalls : Calls
    {
        public override Task Open(DbConnection connection) => Done(connection.Open);

        public override Task<DbConnection> Open(DbDataSource source) => Done(source.OpenConnection);

        public override Task Close(DbConnection connection) => Done(connection.Close);

        public override Task ChangeDatabase(DbConnection connection, string name) => Done(() => connection.ChangeDatabase(name));

        public override Task<DbTransaction> Begin(DbConnection connection, IsolationLevel level) =>
            Done(() => connection.BeginTransaction(level));

        public override Task<DataTable> Schema(DbConnection connection) => Done(connection.GetSchema);

        public override Task<DataTable> Schema(DbConnection connection, string collection, string?[]? restrictions) =>
            Done(() => restrictions is null ? connection.GetSchema(collection) : connection.GetSchema(collection, restrictions));

        public override Task<int> NonQuery(DbCommand command) => Done(command.ExecuteNonQuery);

        public override Task<object?> Scalar(DbCommand command) => Done(command.ExecuteScalar);

        public override Task<DbDataReader> Reader(DbCommand command, CommandBehavior behavior) =>
            Done(() => command.ExecuteReader(behavior));

        public override Task Prepare(DbCommand command) => Done(command.Prepare);

        public override Task<int> NonQuery(DbBatch batch) => Done(batch.ExecuteNonQuery);

        public override Task<object?> Scalar(DbBatch batch) => Done(batch.ExecuteScalar);

        public override Task<DbDataReader> Reader(DbBatch batch, CommandBehavior behavior) => Done(() => batch.ExecuteReader(behavior));

        public override Task Prepare(DbBatch batch) => Done(batch.Prepare);

        public override Task<bool> Read(DbDataReader reader) => Done(reader.Read);

        public override Task<bool> NextResult(DbDataReader reader) => Done(reader.NextResult);

        public override Task<bool> IsNull(DbDataReader reader, int ordinal) => Done(() => reader.IsDBNull(ordinal));

        public override Task<T> Value<T>(DbDataReader reader, int ordinal) => Done(() => reader.GetFieldValue<T>(ordinal));

        public override Task Close(DbDataReader reader) => Done(reader.Close);

        public override Task Commit(DbTransaction transaction) => Done(transaction.Commit);

        public override Task Rollback(DbTransaction transaction) => Done(transaction.Rollback);

        public override Task Save(DbTransaction transaction, string? savepoint) => Done(() => transaction.Save(savepoint!));

        public override Task RollbackTo(DbTransaction transaction, string? savepoint) => Done(() => transaction.Rollback(savepoint!));

        public override Task Release(DbTransaction transaction, string? savepoint) => Done(() => transaction.Release(savepoint!));

        public override Task Dispose(IDisposable disposable) => Done(disposable.Dispose);

        public override string ToString() => "sync";

        private static Task Done(Action call)
        {
            call();
            return Task.CompletedTask;
        }

        private static Task<T> Done<T>(Func<T> call) => Task.FromResult(call());
    }

    private sealed class AsyncCalls : Calls
    {
        public override Task Open(DbConnection connection) => Called(() => connection.OpenAsync());

        public override Task<DbConnection> Open(DbDataSource source) => Called(() => source.OpenConnectionAsync().AsTask());

        public override Task Close(DbConnection connection) => Called(connection.CloseAsync);

        public override Task ChangeDatabase(DbConnection connection, string name) => Called(() => connection.ChangeDatabaseAsync(name));

        public override Task<DbTransaction> Begin(DbConnection connection, IsolationLevel level) =>
            Called(() => connection.BeginTransactionAsync(level).AsTask());

        public override Task<DataTable> Schema(DbConnection connection) => Called(() => connection.GetSchemaAsync());

        public override Task<DataTable> Schema(DbConnection connection, string collection, string?[]? restrictions) =>
            Called(() =>
                restrictions is null ? connection.GetSchemaAsync(collection) : connection.GetSchemaAsync(collection, restrictions)
            );

        public override Task<int> NonQuery(DbCommand command) => Called(() => command.ExecuteNonQueryAsync());

        public override Task<object?> Scalar(DbCommand command) => Called(() => command.ExecuteScalarAsync());

        public override Task<DbDataReader> Reader(DbCommand command, CommandBehavior behavior) =>
            Called(() => command.ExecuteReaderAsync(behavior));

        public override Task Prepare(DbCommand command) => Called(() => command.PrepareAsync());

        public override Task<int> NonQuery(DbBatch batch) => Called(() => batch.ExecuteNonQueryAsync());

        public override Task<object?> Scalar(DbBatch batch) => Called(() => batch.ExecuteScalarAsync());

        public override Task<DbDataReader> Reader(DbBatch batch, CommandBehavior behavior) =>
            Called(() => batch.ExecuteReaderAsync(behavior));

        public override Task Prepare(DbBatch batch) => Called(() => batch.PrepareAsync());

        public override Task<bool> Read(DbDataReader reader) => Called(() => reader.ReadAsync());

        public override Task<bool> NextResult(DbDataReader reader) => Called(() => reader.NextResultAsync());

        public override Task<bool> IsNull(DbDataReader reader, int ordinal) => Called(() => reader.IsDBNullAsync(ordinal));

        public override Task<T> Value<T>(DbDataReader reader, int ordinal) => Called(() => reader.GetFieldValueAsync<T>(ordinal));

        public override Task Close(DbDataReader reader) => Called(reader.CloseAsync);

        public override Task Commit(DbTransaction transaction) => Called(() => transaction.CommitAsync());

        public override Task Rollback(DbTransaction transaction) => Called(() => transaction.RollbackAsync());

        public override Task Save(DbTransaction transaction, string? savepoint) => Called(() => transaction.SaveAsync(savepoint!));

        public override Task RollbackTo(DbTransaction transaction, string? savepoint) =>
            Called(() => transaction.RollbackAsync(savepoint!));

        public override Task Release(DbTransaction transaction, string? savepoint) => Called(() => transaction.ReleaseAsync(savepoint!));

        public override Task Dispose(IDisposable disposable) => Called(() => ((IAsyncDisposable)disposable).DisposeAsync().AsTask());

        public override string ToString() => "async";

        // An asynchronous member may throw, or give a task that fails: callers see the difference.
        private static TTask Called<TTask>(Func<TTask> call)
            where TTask : Task
        {
            try
            {
                return call();
            }
            catch (Exception exception)
            {
                throw new ThrownAtCallException(exception);
            }
        }
    }
}

/// <summary>An asynchronous member threw instead of giving a task that fails.</summary>
public sealed class ThrownAtCallException(Exception innerException) : Exception(innerException.Message, innerException);
