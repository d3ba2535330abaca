using System.Data;
using System.Data.Common;
using MonotonicReads.Routing;
using MonotonicReads.Sql;

namespace MonotonicReads.AdoNet;

/// <summary>
/// A batch of a <see cref="ReplicatedConnection"/>: the driver's own batch. It runs on a replica only where every one of its commands
/// is provably a plain read.
/// </summary>
internal sealed class ReplicatedBatch(ReplicatedConnection? connection, DbBatch inner) : DbBatch, IRoutedStatement<DbBatch>
{
    private readonly ReplicatedBatchCommands _commands = new(inner.BatchCommands);
    private ReplicatedConnection? _connection = connection;
    private DbTransaction? _transaction;
    private string? _preparedText;
    private int? _timeout;
    private bool _wantsPrepared;
    private bool _canBePrepared = true;
    private bool _isInnerDisposed;

    public override int Timeout
    {
        get => _timeout ?? inner.Timeout;
        set
        {
            inner.Timeout = value;
            _timeout = null;
        }
    }

    protected override DbBatchCommandCollection DbBatchCommands => _commands;

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set =>
            _connection = value is null or ReplicatedConnection
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

    public override int ExecuteNonQuery() =>
        StatementRun.Execute(this, returnsData: false, default, static (inner, _) => inner.ExecuteNonQuery());

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        StatementRun.ExecuteAsync(
            this,
            returnsData: false,
            default,
            static (inner, _, cancellation) => inner.ExecuteNonQueryAsync(cancellation),
            cancellationToken
        );

    public override object? ExecuteScalar() =>
        StatementRun.Execute(this, returnsData: true, default, static (inner, _) => inner.ExecuteScalar());

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        StatementRun.ExecuteAsync(
            this,
            returnsData: true,
            default,
            static (inner, _, cancellation) => inner.ExecuteScalarAsync(cancellation),
            cancellationToken
        );

    public override void Prepare()
    {
        _wantsPrepared = true;
        StatementRun.Prepare(this);
    }

    public override Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        _wantsPrepared = true;
        return StatementRun.PrepareAsync(this, cancellationToken);
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
        StatementRun.Execute(this, returnsData: true, behavior, static (inner, behavior) => inner.ExecuteReader(behavior));

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        StatementRun.ExecuteAsync(
            this,
            returnsData: true,
            behavior,
            static (inner, behavior, cancellation) => inner.ExecuteReaderAsync(behavior, cancellation),
            cancellationToken
        );

    DbBatch IRoutedStatement<DbBatch>.Driver => inner;

    bool IRoutedStatement<DbBatch>.IsLimited => _timeout is not null;

    bool IRoutedStatement<DbBatch>.NeedsPreparing(ReplicatedConnection connection) =>
        _wantsPrepared && connection.Routed.Addressing is not null && _commands.FirstText != _preparedText;

    void IRoutedStatement<DbBatch>.PrepareHere()
    {
        if (_canBePrepared)
        {
            inner.Prepare();
            _preparedText = _commands.FirstText;
        }
    }

    async Task IRoutedStatement<DbBatch>.PrepareHereAsync(CancellationToken cancellation)
    {
        if (_canBePrepared)
        {
            await inner.PrepareAsync(cancellation).ConfigureAwait(false);
            _preparedText = _commands.FirstText;
        }
    }

    private Statement Judge(ReplicatedDataSource source, bool returnsData)
    {
        var arePlainReads = true;
        var (cause, change) = (PrimaryCause.None, DataChange.None);
        var settings = new List<SessionSettings?>();
        var isExpected = false;
        var (isFirst, first, areAlone) = (true, LastStatementUse.None, true);
        foreach (var command in _commands.Commands)
        {
            var verdict =
                command.CommandType != CommandType.Text || command.CommandText is null
                    ? StatementText.NotProven
                    : source.VerdictOf(command.CommandText).Bound(command.ValueOf);
            arePlainReads &= verdict.IsPlainRead;
            isExpected |= !verdict.IsPlainRead && verdict.Cause == PrimaryCause.None;
            cause = verdict.Cause == PrimaryCause.None ? cause : verdict.Cause;
            change = verdict.Change > change ? verdict.Change : change;
            settings.Add(verdict.Settings);
            areAlone &= verdict.LastStatement == LastStatementUse.Alone;
            first = isFirst ? verdict.LastStatement : first;
            isFirst = false;
        }

        // Only the first follows what ran before the batch.
        var use = first == LastStatementUse.None || areAlone ? first : LastStatementUse.BesideOthers;
        return StatementText.Statement(
            new TextVerdict(
                arePlainReads,
                use,
                arePlainReads ? SessionSettings.OfBatch(settings) : null,
                isExpected ? PrimaryCause.None : cause,
                change
            ),
            returnsData,
            source.Proxy is not null
        );
    }

    ReplicatedConnection IRoutedStatement<DbBatch>.Connected() =>
        _connection ?? throw new InvalidOperationException("The batch has no connection.");

    void IRoutedStatement<DbBatch>.Route(ReplicatedConnection connection, bool returnsData)
    {
        connection.Routing.Route(Judge(connection.Source, returnsData));
        Attach(connection);
    }

    async ValueTask IRoutedStatement<DbBatch>.RouteAsync(ReplicatedConnection connection, bool returnsData, CancellationToken cancellation)
    {
        await connection.Routing.RouteAsync(Judge(connection.Source, returnsData), cancellation).ConfigureAwait(false);
        Attach(connection);
    }

    private void Attach(ReplicatedConnection connection)
    {
        if (!ReferenceEquals(inner.Connection, connection.Driver))
        {
            inner.Connection = connection.Driver;
        }

        if (connection.Routed.Addressing is { } addressing)
        {
            var server = connection.Routed.Server;
            _canBePrepared = _wantsPrepared;
            foreach (var command in _commands.Commands)
            {
                _canBePrepared &= command.Address(addressing, server, _wantsPrepared);
            }

            var timeout = Timeout;
            var limited = addressing.Limited(timeout, server);
            inner.Timeout = limited;
            _timeout = limited == timeout ? null : timeout;
        }
    }
}
