using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MonotonicReads;

/// <summary>
/// A command of a <see cref="ReplicatedConnection"/>: the driver's own command, with parameters of the driver's types,
/// given to the driver's connection on the server where its text may run.
/// </summary>
public sealed class ReplicatedCommand : DbCommand
{
    private ReplicatedConnection? _connection;
    private DbTransaction? _transaction;
    private string? _judgedText;
    private bool _isPlainRead;

    internal ReplicatedCommand(ReplicatedConnection connection, DbCommand inner)
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
        get => Inner.CommandText;
        set => Inner.CommandText = value;
    }

    /// <inheritdoc/>
    public override int CommandTimeout
    {
        get => Inner.CommandTimeout;
        set => Inner.CommandTimeout = value;
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
        set => _connection = value is null or ReplicatedConnection
            ? (ReplicatedConnection?)value
            : throw new ArgumentException($"A ReplicatedCommand runs on a ReplicatedConnection, not on a {value.GetType()}.", nameof(value));
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
    public override int ExecuteNonQuery()
    {
        Route(ReturnsDataWithoutRows);
        return Inner.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        await RouteAsync(ReturnsDataWithoutRows, cancellationToken).ConfigureAwait(false);
        return await Inner.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar()
    {
        Route(returnsData: true);
        return Inner.ExecuteScalar();
    }

    /// <inheritdoc/>
    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        await RouteAsync(returnsData: true, cancellationToken).ConfigureAwait(false);
        return await Inner.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Prepares the command on the server where its text may run. After the connection has moved the driver
    /// runs it unprepared.</summary>
    public override void Prepare()
    {
        Route(returnsData: false);
        Inner.Prepare();
    }

    /// <inheritdoc cref="Prepare"/>
    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        await RouteAsync(returnsData: false, cancellationToken).ConfigureAwait(false);
        await Inner.PrepareAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var connection = Route(returnsData: true);
        return connection.Track(Inner.ExecuteReader(behavior), behavior);
    }

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var connection = await RouteAsync(returnsData: true, cancellationToken).ConfigureAwait(false);
        return connection.Track(await Inner.ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false), behavior);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // Output parameters of a procedure are data too.
    private bool ReturnsDataWithoutRows => CommandType != CommandType.Text;

    private bool IsPlainRead()
    {
        if (CommandType != CommandType.Text)
        {
            return false;
        }

        var text = Inner.CommandText;
        if (!ReferenceEquals(text, _judgedText))
        {
            _isPlainRead = text is not null && _connection!.Source.IsPlainRead(text);
            _judgedText = text;
        }

        return _isPlainRead;
    }

    private ReplicatedConnection Route(bool returnsData)
    {
        var connection = Connected();
        connection.Route(IsPlainRead(), returnsData);
        return Attached(connection);
    }

    private ValueTask<ReplicatedConnection> RouteAsync(bool returnsData, CancellationToken cancellationToken)
    {
        var connection = Connected();
        var routed = connection.RouteAsync(IsPlainRead(), returnsData, cancellationToken);
        return routed.IsCompletedSuccessfully ? new(Attached(connection)) : Awaited(routed, connection);
    }

    private async ValueTask<ReplicatedConnection> Awaited(ValueTask routed, ReplicatedConnection connection)
    {
        await routed.ConfigureAwait(false);
        return Attached(connection);
    }

    private ReplicatedConnection Connected() =>
        _connection ?? throw new InvalidOperationException("The command has no connection.");

    private ReplicatedConnection Attached(ReplicatedConnection connection)
    {
        var inner = connection.Driver;
        if (!ReferenceEquals(Inner.Connection, inner))
        {
            Inner.Connection = inner;
        }

        return connection;
    }
}
