using System.Data;
using System.Data.Common;

namespace MonotonicReads;

/// <summary>
/// A batch of a <see cref="ReplicatedConnection"/>: the driver's own batch. It runs on a replica only where every one of its commands
/// is provably a plain read.
/// </summary>
internal sealed class ReplicatedBatch(ReplicatedConnection? connection, DbBatch inner) : DbBatch
{
    private readonly ReplicatedBatchCommands _commands = new(inner.BatchCommands);
    private ReplicatedConnection? _connection = connection;
    private DbTransaction? _transaction;
    private string? _preparedText;
    private bool _wantsPrepared;
    private bool _canBePrepared = true;
    private bool _isInnerDisposed;

    public override int Timeout
    {
        get => inner.Timeout;
        set => inner.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => _commands;

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => _connection = value is null or ReplicatedConnection
            ? (ReplicatedConnection?)value
            : throw new InvalidCastException($"A batch of a ReplicatedConnection does not run on a {value.GetType()}.");
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

    public override int ExecuteNonQuery() => Execute(returnsData: false, default, static (inner, _) => inner.ExecuteNonQuery());

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync(returnsData: false, default, static (inner, _, cancellation) => inner.ExecuteNonQueryAsync(cancellation), cancellationToken);

    public override object? ExecuteScalar() => Execute(returnsData: true, default, static (inner, _) => inner.ExecuteScalar());

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync(returnsData: true, default, static (inner, _, cancellation) => inner.ExecuteScalarAsync(cancellation), cancellationToken);

    public override void Prepare()
    {
        _wantsPrepared = true;
        var connection = Route(returnsData: false);
        try
        {
            PrepareHere();
        }
        finally
        {
            connection.EndTurn<object>(null);
        }
    }

    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        _wantsPrepared = true;
        var connection = await RouteAsync(returnsData: false, cancellationToken).ConfigureAwait(false);
        try
        {
            await PrepareHereAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.EndTurn<object>(null);
        }
    }

    public override void Dispose()
    {
        if (!_isInnerDisposed)
        {
            inner.Dispose();
        }

        base.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        // The base class disposes once more, synchronously.
        _isInnerDisposed = true;
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override DbBatchCommand CreateDbBatchCommand() => new ReplicatedBatchCommand(inner.CreateBatchCommand());

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        _connection!.Track(Execute(returnsData: true, behavior, static (inner, behavior) => inner.ExecuteReader(behavior)), behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var reader = await ExecuteAsync(
            returnsData: true, behavior, static (inner, behavior, cancellation) => inner.ExecuteReaderAsync(behavior, cancellation), cancellationToken).ConfigureAwait(false);
        return _connection!.Track(reader, behavior);
    }

    private T Execute<T>(bool returnsData, CommandBehavior behavior, Func<DbBatch, CommandBehavior, T> execute)
    {
        while (true)
        {
            var connection = Route(returnsData);
            T? result = default;
            try
            {
                if (NeedsPreparing(connection))
                {
                    PrepareHere();
                }

                return result = execute(inner, connection.ForDriver(behavior));
            }
            catch (DbException exception) when (connection.CanRunElsewhere(exception, isOverdue: false))
            {
                // It was not executed: the next round finds another server.
            }
            finally
            {
                connection.EndTurn(result);
            }
        }
    }

    private async Task<T> ExecuteAsync<T>(bool returnsData, CommandBehavior behavior, Func<DbBatch, CommandBehavior, CancellationToken, Task<T>> execute, CancellationToken cancellation)
    {
        while (true)
        {
            var connection = await RouteAsync(returnsData, cancellation).ConfigureAwait(false);
            T? result = default;
            try
            {
                if (NeedsPreparing(connection))
                {
                    await PrepareHereAsync(cancellation).ConfigureAwait(false);
                }

                return result = await execute(inner, connection.ForDriver(behavior), cancellation).ConfigureAwait(false);
            }
            catch (DbException exception) when (connection.CanRunElsewhere(exception, isOverdue: false))
            {
                // It was not executed: the next round finds another server.
            }
            finally
            {
                connection.EndTurn(result);
            }
        }
    }

    // A batch that was prepared goes to another server of the proxy, by other texts.
    private bool NeedsPreparing(ReplicatedConnection connection) =>
        _wantsPrepared && connection.Source.Proxy is not null && _commands.FirstText != _preparedText;

    private void PrepareHere()
    {
        if (_canBePrepared)
        {
            inner.Prepare();
            _preparedText = _commands.FirstText;
        }
    }

    private async Task PrepareHereAsync(CancellationToken cancellation)
    {
        if (_canBePrepared)
        {
            await inner.PrepareAsync(cancellation).ConfigureAwait(false);
            _preparedText = _commands.FirstText;
        }
    }

    private bool ArePlainReads(ReplicatedDataSource source)
    {
        foreach (var command in _commands.Commands)
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

        if (connection.Source.Proxy is not null)
        {
            _canBePrepared = _wantsPrepared;
            foreach (var command in _commands.Commands)
            {
                _canBePrepared &= command.Address(connection, _wantsPrepared);
            }
        }

        return connection;
    }
}
