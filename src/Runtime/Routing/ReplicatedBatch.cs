using System.Data;
using System.Data.Common;

namespace MonotonicReads;

/// <summary>
/// A batch of a <see cref="ReplicatedConnection"/>: the driver's own batch and batch commands. It runs on a replica only
/// where every one of its commands is provably a plain read.
/// </summary>
internal sealed class ReplicatedBatch(ReplicatedConnection connection, DbBatch inner) : DbBatch
{
    private ReplicatedConnection? _connection = connection;
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
        set => _connection = value is null or ReplicatedConnection
            ? (ReplicatedConnection?)value
            : throw new ArgumentException($"A batch of a ReplicatedConnection does not run on a {value.GetType()}.", nameof(value));
    }

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = value;
            inner.Transaction = ReplicatedTransaction.Unwrap(value);
        }
    }

    public override void Cancel() => inner.Cancel();

    public override int ExecuteNonQuery()
    {
        Route(returnsData: false);
        return inner.ExecuteNonQuery();
    }

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
    {
        await RouteAsync(returnsData: false, cancellationToken).ConfigureAwait(false);
        return await inner.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public override object? ExecuteScalar()
    {
        Route(returnsData: true);
        return inner.ExecuteScalar();
    }

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default)
    {
        await RouteAsync(returnsData: true, cancellationToken).ConfigureAwait(false);
        return await inner.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Prepare()
    {
        Route(returnsData: false);
        inner.Prepare();
    }

    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        await RouteAsync(returnsData: false, cancellationToken).ConfigureAwait(false);
        await inner.PrepareAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        inner.Dispose();
        base.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override DbBatchCommand CreateDbBatchCommand() => inner.CreateBatchCommand();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var connection = Route(returnsData: true);
        return connection.Track(inner.ExecuteReader(behavior), behavior);
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var connection = await RouteAsync(returnsData: true, cancellationToken).ConfigureAwait(false);
        return connection.Track(await inner.ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false), behavior);
    }

    private bool ArePlainReads(ReplicatedDataSource source)
    {
        foreach (var command in inner.BatchCommands)
        {
            if (command.CommandType != CommandType.Text || command.CommandText is null || !source.IsPlainRead(command.CommandText))
            {
                return false;
            }
        }

        return true;
    }

    private ReplicatedConnection Route(bool returnsData)
    {
        var connection = Connected();
        connection.Route(ArePlainReads(connection.Source), returnsData);
        return Attached(connection);
    }

    private async ValueTask<ReplicatedConnection> RouteAsync(bool returnsData, CancellationToken cancellationToken)
    {
        var connection = Connected();
        await connection.RouteAsync(ArePlainReads(connection.Source), returnsData, cancellationToken).ConfigureAwait(false);
        return Attached(connection);
    }

    private ReplicatedConnection Connected() =>
        _connection ?? throw new InvalidOperationException("The batch has no connection.");

    private ReplicatedConnection Attached(ReplicatedConnection connection)
    {
        if (!ReferenceEquals(inner.Connection, connection.Driver))
        {
            inner.Connection = connection.Driver;
        }

        return connection;
    }
}
