using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MonotonicReads.AdoNet;
using MonotonicReads.Routing;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// A connection whose server is chosen each time it is opened: the replica of the running <see cref="ReadSession"/>,
/// a replica by weighted chance outside one, or the primary where the data source asks for it.
/// </summary>
/// <remarks>
/// <para>Before a statement runs, the connection looks at it again: what is not provably a plain read, a read of a session
/// that has read on the primary, and every transaction moves an open connection from its replica to the primary, where
/// it stays until it is closed. While a reader is open on it it cannot move, and throws
/// <see cref="InvalidOperationException"/>.</para>
/// <para>A connection that was opened before the session gives it its replica when the session has drawn none, and
/// throws <see cref="InvalidOperationException"/> when it has drawn another.</para>
/// <para>Readers and parameters are the driver's own. Like every connection it is for one thread at a time.</para>
/// </remarks>
public sealed class ReplicatedConnection : DbConnection, IToldOfClosing
{
    private readonly RoutedConnection _connection;
    private bool _isConnecting;
    private bool _isKnownOpen;

    internal ReplicatedConnection(ReplicatedDataSource source, bool isForPrimary)
    {
        Source = source;
        _connection = new RoutedConnection(source.Routed, isForPrimary, owner: this);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// The driver's connection, a <c>MySqlConnection</c> for <see cref="ReplicatedMySqlDataSource"/>. What is done
    /// through it is not routed; the session in which it is taken, or the connection closed, counts it as a read, and on the
    /// primary as a write too. It changes when the connection moves.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection is closed, or on a replica where the session does not read.</exception>
    /// <exception cref="ReplicaLostException">It leads, in a session, to a server that is the primary no more.</exception>
    public DbConnection Inner => new DriverSharing(_connection).Share();

    /// <summary>The name of the server that the connection is open on, "primary" for the primary; <see langword="null"/>
    /// while it is closed.</summary>
    public string? ServerName => State == ConnectionState.Closed ? null : _connection.Link.Server?.Name;

    /// <summary>The primary's connection string without passwords. Cannot be set.</summary>
    /// <exception cref="NotSupportedException">It was set.</exception>
    [AllowNull]
    public override string ConnectionString
    {
        get => Source.ConnectionString;
        set =>
            throw new NotSupportedException("The server is chosen by the data source; a ReplicatedConnection takes no connection string.");
    }

    /// <inheritdoc/>
    public override int ConnectionTimeout => Source.ConnectionTimeout;

    /// <inheritdoc/>
    public override string Database => _connection.Link.Driver?.Database ?? _connection.Link.Database ?? Source.Database;

    /// <summary>The address of the server that the connection is open on, of the primary while it is closed.</summary>
    public override string DataSource => _connection.Link.Driver?.DataSource ?? Source.Server;

    /// <inheritdoc/>
    public override string ServerVersion => Driver.ServerVersion;

    /// <inheritdoc/>
    public override ConnectionState State => _isConnecting ? ConnectionState.Connecting : _connection.State;

    /// <inheritdoc/>
    public override event StateChangeEventHandler? StateChange
    {
        add
        {
            _connection.TellsClosing = true;
            base.StateChange += value;
        }
        remove => base.StateChange -= value;
    }

    /// <inheritdoc/>
    public override bool CanCreateBatch => Source.CanCreateBatch;

    internal ReplicatedDataSource Source { get; }

    /// <summary>Where it is open.</summary>
    internal RoutedConnection Routed => _connection;

    /// <summary>Brings it to where a statement may run.</summary>
    internal StatementRouting Routing => new(_connection);

    /// <summary>What <see cref="Inner"/> is, for statements that leave nothing behind.</summary>
    internal DbConnection Driver => _connection.Driver;

    /// <summary>Opens the connection on the server that the running session asks for.</summary>
    /// <exception cref="InvalidOperationException">The connection is open.</exception>
    /// <exception cref="ReplicaLostException">The session has lost its replica.</exception>
    public override void Open() => Synchronous.Result(OpenAsync(isAsync: false, CancellationToken.None));

    /// <summary>Opens the connection on the server that the running session asks for.</summary>
    /// <param name="cancellationToken">Cancels the opening; no deadline against a stopped server, which the driver's
    /// connection timeout is.</param>
    /// <returns>A task that ends when the connection is open.</returns>
    /// <exception cref="InvalidOperationException">The connection is open.</exception>
    /// <exception cref="ReplicaLostException">The session has lost its replica.</exception>
    public override Task OpenAsync(CancellationToken cancellationToken) => OpenAsync(isAsync: true, cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Close() => Synchronous.Result(CloseAsync(isAsync: false));

    /// <inheritdoc/>
    public override Task CloseAsync() => CloseAsync(isAsync: true).AsTask();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName) =>
        this.Use(() =>
        {
            _connection.Snapshot.ThrowIfTaken();
            Driver.ChangeDatabase(databaseName);
            _connection.Link.ChangedDatabase(databaseName);
        });

    /// <inheritdoc/>
    public override Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default) =>
        this.UseAsync(async () =>
        {
            _connection.Snapshot.ThrowIfTaken();
            await Driver.ChangeDatabaseAsync(databaseName, cancellationToken).ConfigureAwait(false);
            _connection.Link.ChangedDatabase(databaseName);
        });

    /// <summary>Enlists the connection in a transaction, on the primary.</summary>
    /// <param name="transaction">The transaction, or <see langword="null"/> to leave one.</param>
    public override void EnlistTransaction(System.Transactions.Transaction? transaction) =>
        this.Use(() =>
        {
            _connection.Snapshot.ThrowIfTaken();
            if (transaction is null)
            {
                Driver.EnlistTransaction(null);
                return;
            }

            this.ThrowIfNotOpen();
            Routing.Route(Statement.Transaction);
            Driver.EnlistTransaction(transaction);
            _connection.Use.Enlist(transaction);
        });

    /// <inheritdoc/>
    public override DataTable GetSchema() => this.Use(() => Driver.GetSchema());

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) => this.Use(() => Driver.GetSchema(collectionName));

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        this.Use(() => Driver.GetSchema(collectionName, restrictionValues));

#pragma warning disable RS0026 // The optional parameters are those of the base class.
    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        this.UseAsync(() => Driver.GetSchemaAsync(cancellationToken));

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        this.UseAsync(() => Driver.GetSchemaAsync(collectionName, cancellationToken));

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(
        string collectionName,
        string?[] restrictionValues,
        CancellationToken cancellationToken = default
    ) => this.UseAsync(() => Driver.GetSchemaAsync(collectionName, restrictionValues, cancellationToken));
#pragma warning restore RS0026

    /// <inheritdoc/>
    protected override DbProviderFactory? DbProviderFactory => Source.Factory;

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        this.Use(() =>
        {
            this.ThrowIfNotOpen();
            Routing.Route(Statement.Transaction);
            return new ReplicatedTransaction(this, _connection.Began(Driver.BeginTransaction(isolationLevel)));
        });

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel,
        CancellationToken cancellationToken
    ) =>
        await this.UseAsync(async () =>
            {
                this.ThrowIfNotOpen();
                await Routing.RouteAsync(Statement.Transaction, cancellationToken).ConfigureAwait(false);
                var transaction = await Driver.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false);
                return new ReplicatedTransaction(this, _connection.Began(transaction));
            })
            .ConfigureAwait(false);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new ReplicatedCommand(this, Source.CreateInnerCommand());

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new ReplicatedBatch(this, Source.CreateInnerBatch());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
            _connection.IsDisposed = true;
        }

        base.Dispose(disposing);
    }

    /// <summary>What began with <see cref="RoutedConnection.BeginUse"/> has ended.</summary>
    /// <param name="result">What it returned; the default value where it failed.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    internal ValueTask EndUseAsync<T>(T? result, bool isAsync = true)
    {
        _connection.EndTurn(result);
        return _connection.EndUse() ? EndClosingAsync(isAsync) : default;
    }

    /// <inheritdoc cref="EndUseAsync"/>
    internal void EndUse<T>(T? result) => Synchronous.Result(EndUseAsync(result, isAsync: false));

    private async ValueTask EndClosingAsync(bool isAsync)
    {
        await CloseNowAsync(isAsync).ConfigureAwait(false);
        NoteClosed();
    }

    private async ValueTask OpenAsync(bool isAsync, CancellationToken cancellation)
    {
        PrepareToOpen();
        _connection.Watch?.Opening();
        cancellation.ThrowIfCancellationRequested();
        _connection.BeginUse(toOpen: true);
        _isConnecting = true;
        try
        {
            OnStateChange(StateChanges.Opening);
            await new ConnectionOpening(_connection).OpenAsync(isAsync, cancellation).ConfigureAwait(false);
        }
        catch
        {
            _isConnecting = false;
            if (_connection.EndUse())
            {
                await CloseNowAsync(isAsync).ConfigureAwait(false);
            }

            OnStateChange(StateChanges.NotOpened);
            throw;
        }

        _isConnecting = false;
        if (_connection.EndUse())
        {
            await CloseNowAsync(isAsync).ConfigureAwait(false);
            OnStateChange(StateChanges.NotOpened);
            throw new InvalidOperationException("The connection was closed while it was being opened.");
        }

        _isKnownOpen = true;
        OnStateChange(StateChanges.Opened);
    }

    private async ValueTask CloseAsync(bool isAsync)
    {
        // For the caller it is closed at once, also where that has to wait for a statement.
        if (_connection.TryClose())
        {
            await CloseNowAsync(isAsync).ConfigureAwait(false);
        }

        NoteClosed();
    }

    // Nobody comes between a statement's end and the closing that waited for it.
    private async ValueTask CloseNowAsync(bool isAsync)
    {
        try
        {
            await new ConnectionOpening(_connection).CloseAsync(isAsync).ConfigureAwait(false);
        }
        finally
        {
            _connection.EndClosing();
        }
    }

    void IToldOfClosing.NoteClosed() => NoteClosed();

    // Once for each opening, whoever closed it.
    private void NoteClosed()
    {
        if (_isKnownOpen)
        {
            _isKnownOpen = false;
            OnStateChange(StateChanges.Closed);
        }
    }

    private void PrepareToOpen()
    {
        ObjectDisposedException.ThrowIf(_connection.IsDisposed, this);
        Source.ThrowIfDisposed();
        if (_isConnecting)
        {
            throw new InvalidOperationException("The connection is being opened already.");
        }

        if (_connection.State != ConnectionState.Closed)
        {
            throw new InvalidOperationException("The connection is open already.");
        }

        if (_connection.Link.Driver is not null)
        {
            // A reader closed it (CommandBehavior.CloseConnection), or it broke.
            Close();
            return;
        }

        // It was given up under a statement, which leaves what the next one would go on with.
        _connection.Link.Forget();
        _connection.Use.End();
    }
}
