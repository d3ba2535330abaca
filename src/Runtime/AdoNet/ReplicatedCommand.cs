using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MonotonicReads.AdoNet;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MonotonicReads.Sql;

namespace MonotonicReads;

/// <summary>
/// A command of a <see cref="ReplicatedConnection"/>: the driver's own command, with parameters of the driver's types,
/// given to the driver's connection on the server where its text may run.
/// </summary>
public sealed class ReplicatedCommand : DbCommand, IRoutedStatement<DbCommand>
{
    private ReplicatedConnection? _connection;
    private DbTransaction? _transaction;
    private string? _judgedText;
    private string? _text;
    private string? _preparedText;
    private int? _timeout;
    private TextVerdict _verdict;
    private bool _wantsPrepared;
    private bool _canBePrepared = true;
    private bool _hasTimeout;
    private bool _isInnerDisposed;

    internal ReplicatedCommand(ReplicatedConnection? connection, DbCommand inner)
    {
        _connection = connection;
        Inner = inner;
        GC.SuppressFinalize(this);
    }

    /// <summary>The driver's command, a <c>MySqlCommand</c> for <see cref="ReplicatedMySqlDataSource"/>; has what only
    /// the driver knows, such as <c>LastInsertedId</c>. Executing it is not routed.</summary>
    public DbCommand Inner { get; }

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => _text ?? Inner.CommandText;
        set
        {
            Inner.CommandText = value;
            _text = null;
            _wantsPrepared = false;
        }
    }

    /// <inheritdoc/>
    public override int CommandTimeout
    {
        // The driver takes its default from the connection, which it has not got before the first statement.
        get =>
            _timeout
            ?? (
                _hasTimeout || Inner.Connection is not null || _connection is null
                    ? Inner.CommandTimeout
                    : _connection.Source.CommandTimeout
            );
        set
        {
            Inner.CommandTimeout = value;
            _timeout = null;
            _hasTimeout = true;
        }
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => Inner.CommandType;
        set => Inner.CommandType = value;
    }

    /// <inheritdoc/>
    public override bool DesignTimeVisible
    {
        get => Inner.DesignTimeVisible;
        set => Inner.DesignTimeVisible = value;
    }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource
    {
        get => Inner.UpdatedRowSource;
        set => Inner.UpdatedRowSource = value;
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _connection;
        set
        {
            var connection = value is null or ReplicatedConnection
                ? (ReplicatedConnection?)value
                : throw new InvalidCastException($"A ReplicatedCommand runs on a ReplicatedConnection, not on a {value.GetType()}.");

            // The driver refuses while a reader of the command is open.
            Inner.Connection = null;
            _connection = connection;
        }
    }

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = value;
            Inner.Transaction = ReplicatedTransaction.Unwrap(value);
        }
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Inner.Parameters;

    /// <inheritdoc/>
    public override void Cancel() => Inner.Cancel();

    /// <inheritdoc/>
    public override int ExecuteNonQuery() =>
        StatementRun.Execute(this, ReturnsDataWithoutRows, default, static (inner, _) => inner.ExecuteNonQuery());

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        StatementRun.ExecuteAsync(
            this,
            ReturnsDataWithoutRows,
            default,
            static (inner, _, cancellation) => inner.ExecuteNonQueryAsync(cancellation),
            cancellationToken
        );

    /// <inheritdoc/>
    public override object? ExecuteScalar() =>
        StatementRun.Execute(this, returnsData: true, default, static (inner, _) => inner.ExecuteScalar());

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        StatementRun.ExecuteAsync(
            this,
            returnsData: true,
            default,
            static (inner, _, cancellation) => inner.ExecuteScalarAsync(cancellation),
            cancellationToken
        );

    /// <summary>
    /// Prepares the command on the server where its text may run. After the connection has moved the driver runs it unprepared. Through a
    /// proxy that is told of servers the command is prepared again where it goes elsewhere; through one that is told of sessions
    /// (<see cref="ProxyDialect.ShopifyFork"/>) nothing is prepared inside a session, whose text is its own.
    /// </summary>
    public override void Prepare()
    {
        _wantsPrepared = true;
        StatementRun.Prepare(this);
    }

    /// <inheritdoc cref="Prepare"/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        _wantsPrepared = true;
        return StatementRun.PrepareAsync(this, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // The base class disposes once more, synchronously.
        _isInnerDisposed = true;
        await Inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        StatementRun.Execute(this, returnsData: true, behavior, static (inner, behavior) => inner.ExecuteReader(behavior));

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        StatementRun.ExecuteAsync(
            this,
            returnsData: true,
            behavior,
            static (inner, behavior, cancellation) => inner.ExecuteReaderAsync(behavior, cancellation),
            cancellationToken
        );

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isInnerDisposed)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // Output parameters of a procedure are data too.
    private bool ReturnsDataWithoutRows => CommandType != CommandType.Text;

    DbCommand IRoutedStatement<DbCommand>.Driver => Inner;

    bool IRoutedStatement<DbCommand>.IsLimited => _timeout is not null;

    bool IRoutedStatement<DbCommand>.NeedsPreparing(ReplicatedConnection connection) =>
        _wantsPrepared && connection.Routed.Addressing is not null && Inner.CommandText != _preparedText;

    void IRoutedStatement<DbCommand>.PrepareHere()
    {
        if (_canBePrepared)
        {
            Inner.Prepare();
            _preparedText = Inner.CommandText;
        }
    }

    async Task IRoutedStatement<DbCommand>.PrepareHereAsync(CancellationToken cancellation)
    {
        if (_canBePrepared)
        {
            await Inner.PrepareAsync(cancellation).ConfigureAwait(false);
            _preparedText = Inner.CommandText;
        }
    }

    private Statement Judge(ReplicatedConnection connection, bool returnsData)
    {
        if (CommandType != CommandType.Text)
        {
            return new Statement(IsPlainRead: false, returnsData);
        }

        var text = CommandText;
        if (!ReferenceEquals(text, _judgedText))
        {
            _verdict = text is null ? StatementText.NotProven : connection.Source.VerdictOf(text);
            _judgedText = text;
        }

        var verdict = _verdict.Settings is null ? _verdict : _verdict.Bound(ValueOf);
        return StatementText.Statement(verdict, returnsData, connection.Source.Proxy is not null);
    }

    private object? ValueOf(string parameter) =>
        Inner.Parameters.IndexOf(parameter) is >= 0 and var index ? Inner.Parameters[index].Value : null;

    ReplicatedConnection IRoutedStatement<DbCommand>.Connected() =>
        _connection ?? throw new InvalidOperationException("The command has no connection.");

    void IRoutedStatement<DbCommand>.Route(ReplicatedConnection connection, bool returnsData)
    {
        connection.Routing.Route(Judge(connection, returnsData));
        Attach(connection);
    }

    ValueTask IRoutedStatement<DbCommand>.RouteAsync(ReplicatedConnection connection, bool returnsData, CancellationToken cancellation)
    {
        var routed = connection.Routing.RouteAsync(Judge(connection, returnsData), cancellation);
        if (!routed.IsCompletedSuccessfully)
        {
            return AttachAsync(routed, connection);
        }

        Attach(connection);
        return default;
    }

    private async ValueTask AttachAsync(ValueTask routed, ReplicatedConnection connection)
    {
        await routed.ConfigureAwait(false);
        Attach(connection);
    }

    private void Attach(ReplicatedConnection connection)
    {
        var inner = connection.Driver;
        if (!ReferenceEquals(Inner.Connection, inner))
        {
            Inner.Connection = inner;
        }

        if (connection.Routed.Addressing is { } addressing)
        {
            Address(addressing, connection.Routed.Server);
        }
    }

    // A procedure's name takes no comment: it goes where the proxy's rules say.
    private void Address(ProxyAddressing addressing, RoutedServer server)
    {
        if (CommandType == CommandType.Text)
        {
            var text = CommandText;
            (Inner.CommandText, _canBePrepared) = addressing.Addressed(text, server, _wantsPrepared);
            _text = text;
        }

        var timeout = CommandTimeout;
        var limited = addressing.Limited(timeout, server);
        Inner.CommandTimeout = limited;
        _timeout = limited == timeout ? null : timeout;
    }
}
