using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MySqlConnector;

#pragma warning disable CA2215 // The base class disposes once more, synchronously, which would be noted.

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>Which members of a driver were called, and whether the synchronous or the asynchronous ones.</summary>
internal sealed class DriverCalls
{
    private readonly ConcurrentDictionary<(string Name, bool IsAsync), bool> _calls = new();

    public void Note(string name, bool isAsync) => _calls[(name, isAsync)] = true;

    public void Forget() => _calls.Clear();

    public IEnumerable<string> Names(bool isAsync) =>
        _calls.Keys.Where(call => call.IsAsync == isAsync).Select(call => call.Name).Order(StringComparer.Ordinal);
}

/// <summary>MySqlConnector behind types that take note of their calls.</summary>
internal sealed class NotedDataSource(string connectionString, DriverCalls calls) : DbDataSource
{
    public override string ConnectionString => connectionString;

    protected override DbConnection CreateDbConnection() => new NotedConnection(new MySqlConnection(connectionString), calls);
}

internal sealed class NotedConnection(MySqlConnection inner, DriverCalls calls) : DbConnection
{
    public MySqlConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override bool CanCreateBatch => true;

    public override void ChangeDatabase(string databaseName)
    {
        calls.Note("ChangeDatabase", isAsync: false);
        inner.ChangeDatabase(databaseName);
    }

    public override Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        calls.Note("ChangeDatabase", isAsync: true);
        return inner.ChangeDatabaseAsync(databaseName, cancellationToken);
    }

    public override void Open()
    {
        calls.Note("Open", isAsync: false);
        inner.Open();
    }

    public override Task OpenAsync(CancellationToken cancellationToken)
    {
        calls.Note("Open", isAsync: true);
        return inner.OpenAsync(cancellationToken);
    }

    public override void Close()
    {
        calls.Note("Close", isAsync: false);
        inner.Close();
    }

    public override Task CloseAsync()
    {
        calls.Note("Close", isAsync: true);
        return inner.CloseAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        calls.Note("Close", isAsync: true);
        await inner.DisposeAsync();
    }

    public override DataTable GetSchema(string collectionName)
    {
        calls.Note("GetSchema", isAsync: false);
        return inner.GetSchema(collectionName);
    }

    public override Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default)
    {
        calls.Note("GetSchema", isAsync: true);
        return inner.GetSchemaAsync(collectionName, cancellationToken);
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        calls.Note("BeginTransaction", isAsync: false);
        return new NotedTransaction(this, inner.BeginTransaction(isolationLevel), calls);
    }

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel,
        CancellationToken cancellationToken
    )
    {
        calls.Note("BeginTransaction", isAsync: true);
        return new NotedTransaction(this, await inner.BeginTransactionAsync(isolationLevel, cancellationToken), calls);
    }

    protected override DbCommand CreateDbCommand() => new NotedCommand(this, inner.CreateCommand(), calls);

    protected override DbBatch CreateDbBatch() => new NotedBatch(this, inner.CreateBatch(), calls);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            calls.Note("Close", isAsync: false);
            inner.Dispose();
        }
    }
}

internal sealed class NotedCommand(NotedConnection? connection, MySqlCommand inner, DriverCalls calls) : DbCommand
{
    private NotedConnection? _connection = connection;
    private DbTransaction? _transaction;

    [AllowNull]
    public override string CommandText
    {
        get => inner.CommandText;
        set => inner.CommandText = value;
    }

    public override int CommandTimeout
    {
        get => inner.CommandTimeout;
        set => inner.CommandTimeout = value;
    }

    public override CommandType CommandType
    {
        get => inner.CommandType;
        set => inner.CommandType = value;
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set
        {
            _connection = (NotedConnection?)value;
            inner.Connection = _connection?.Inner;
        }
    }

    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = value;
            inner.Transaction = (value as NotedTransaction)?.Inner;
        }
    }

    public override void Cancel() => inner.Cancel();

    public override int ExecuteNonQuery() => Noted("ExecuteNonQuery", isAsync: false).ExecuteNonQuery();

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        Noted("ExecuteNonQuery", isAsync: true).ExecuteNonQueryAsync(cancellationToken);

    public override object? ExecuteScalar() => Noted("ExecuteScalar", isAsync: false).ExecuteScalar();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        Noted("ExecuteScalar", isAsync: true).ExecuteScalarAsync(cancellationToken);

    public override void Prepare() => Noted("Prepare", isAsync: false).Prepare();

    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        Noted("Prepare", isAsync: true).PrepareAsync(cancellationToken);

    public override async ValueTask DisposeAsync() => await Noted("DisposeCommand", isAsync: true).DisposeAsync();

    protected override DbParameter CreateDbParameter() => inner.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        Noted("ExecuteReader", isAsync: false).ExecuteReader(behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await Noted("ExecuteReader", isAsync: true).ExecuteReaderAsync(behavior, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Noted("DisposeCommand", isAsync: false).Dispose();
        }
    }

    private MySqlCommand Noted(string name, bool isAsync)
    {
        calls.Note(name, isAsync);
        return inner;
    }
}

internal sealed class NotedBatch(NotedConnection connection, MySqlBatch inner, DriverCalls calls) : DbBatch
{
    private NotedConnection? _connection = connection;
    private DbTransaction? _transaction;

    public override int Timeout
    {
        get => inner.Timeout;
        set => inner.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => inner.BatchCommands;

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set
        {
            _connection = (NotedConnection?)value;
            inner.Connection = _connection?.Inner;
        }
    }

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = value;
            inner.Transaction = (value as NotedTransaction)?.Inner;
        }
    }

    public override void Cancel() => inner.Cancel();

    public override int ExecuteNonQuery() => Noted("ExecuteBatchNonQuery", isAsync: false).ExecuteNonQuery();

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        Noted("ExecuteBatchNonQuery", isAsync: true).ExecuteNonQueryAsync(cancellationToken);

    public override object? ExecuteScalar() => Noted("ExecuteBatchScalar", isAsync: false).ExecuteScalar();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        Noted("ExecuteBatchScalar", isAsync: true).ExecuteScalarAsync(cancellationToken);

    public override void Prepare() => Noted("PrepareBatch", isAsync: false).Prepare();

    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        Noted("PrepareBatch", isAsync: true).PrepareAsync(cancellationToken);

    public override void Dispose() => Noted("DisposeBatch", isAsync: false).Dispose();

    public override async ValueTask DisposeAsync() => await Noted("DisposeBatch", isAsync: true).DisposeAsync();

    protected override DbBatchCommand CreateDbBatchCommand() => new MySqlBatchCommand();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        Noted("ExecuteBatchReader", isAsync: false).ExecuteReader(behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await Noted("ExecuteBatchReader", isAsync: true).ExecuteReaderAsync(behavior, cancellationToken);

    private MySqlBatch Noted(string name, bool isAsync)
    {
        calls.Note(name, isAsync);
        return inner;
    }
}

internal sealed class NotedTransaction(NotedConnection connection, MySqlTransaction inner, DriverCalls calls) : DbTransaction
{
    public MySqlTransaction Inner => inner;

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection? DbConnection => inner.Connection is null ? null : connection;

    public override void Commit() => Noted("Commit", isAsync: false).Commit();

    public override Task CommitAsync(CancellationToken cancellationToken = default) =>
        Noted("Commit", isAsync: true).CommitAsync(cancellationToken);

    public override void Rollback() => Noted("Rollback", isAsync: false).Rollback();

    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        Noted("Rollback", isAsync: true).RollbackAsync(cancellationToken);

    public override void Save(string savepointName) => Noted("Save", isAsync: false).Save(savepointName);

    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        Noted("Save", isAsync: true).SaveAsync(savepointName, cancellationToken);

    public override void Rollback(string savepointName) => Noted("RollbackTo", isAsync: false).Rollback(savepointName);

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        Noted("RollbackTo", isAsync: true).RollbackAsync(savepointName, cancellationToken);

    public override void Release(string savepointName) => Noted("Release", isAsync: false).Release(savepointName);

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        Noted("Release", isAsync: true).ReleaseAsync(savepointName, cancellationToken);

    public override async ValueTask DisposeAsync() => await Noted("DisposeTransaction", isAsync: true).DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Noted("DisposeTransaction", isAsync: false).Dispose();
        }
    }

    private MySqlTransaction Noted(string name, bool isAsync)
    {
        calls.Note(name, isAsync);
        return inner;
    }
}
