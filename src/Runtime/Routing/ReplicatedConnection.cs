using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

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
public sealed partial class ReplicatedConnection : DbConnection
{
    private static readonly StateChangeEventArgs Opening = new(ConnectionState.Closed, ConnectionState.Connecting);
    private static readonly StateChangeEventArgs Opened = new(ConnectionState.Connecting, ConnectionState.Open);
    private static readonly StateChangeEventArgs NotOpened = new(ConnectionState.Connecting, ConnectionState.Closed);
    private static readonly StateChangeEventArgs Closed = new(ConnectionState.Open, ConnectionState.Closed);

    private const string ClosedMessage = "The connection is closed. Open it first.";

    private readonly bool _isForPrimary;
    private DbConnection? _inner;
    private RoutedServer? _server;
    private SessionPin? _openedFor;
    private ReplicaUse? _readsFor;
    private PrimaryUse? _usesPrimaryFor;
    private ReplicatedTransaction? _transaction;
    private DbDataReader? _reader;
    private List<DbDataReader>? _olderReaders;
    private StateChangeEventHandler? _innerStateChanged;
    private string? _database;
    private bool _closesWithReader;
    private bool _isShared;
    private bool _isConnecting;
    private bool _isKnownOpen;
    private bool _isDisposed;

    internal ReplicatedConnection(ReplicatedDataSource source, bool isForPrimary)
    {
        Source = source;
        _isForPrimary = isForPrimary;
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// The driver's connection, a <c>MySqlConnection</c> for <see cref="ReplicatedMySqlDataSource"/>. What is done
    /// through it is not routed, and the session knows nothing of it. It changes when the connection moves.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection is closed.</exception>
    public DbConnection Inner
    {
        get
        {
            // Whoever has it may have changed it.
            _isShared = true;
            return Driver;
        }
    }

    /// <summary>The name of the server that the connection is open on, "primary" for the primary; <see langword="null"/>
    /// while it is closed.</summary>
    public string? ServerName => State == ConnectionState.Closed ? null : _server?.Name;

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
    public override string Database => _inner?.Database ?? _database ?? Source.Database;

    /// <summary>The address of the server that the connection is open on, of the primary while it is closed.</summary>
    public override string DataSource => _inner?.DataSource ?? Source.Server;

    /// <inheritdoc/>
    public override string ServerVersion => Driver.ServerVersion;

    /// <inheritdoc/>
    public override ConnectionState State => _isConnecting ? ConnectionState.Connecting : DriverState;

    /// <inheritdoc/>
    public override bool CanCreateBatch => Source.CanCreateBatch;

    internal ReplicatedDataSource Source { get; }

    // What statements can be sent on, also while this connection is still being opened.
    private ConnectionState DriverState =>
        _snapshot is not null && _closesWithReader && !HasOpenReader ? ConnectionState.Closed : _inner?.State ?? ConnectionState.Closed;

    /// <summary>What <see cref="Inner"/> is, for statements that leave nothing behind.</summary>
    internal DbConnection Driver => _inner ?? throw NotOpen();

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
    public override void ChangeDatabase(string databaseName)
    {
        ThrowIfInSnapshot();
        Driver.ChangeDatabase(databaseName);
        _database = databaseName;
    }

    /// <inheritdoc/>
    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        ThrowIfInSnapshot();
        await Driver.ChangeDatabaseAsync(databaseName, cancellationToken).ConfigureAwait(false);
        _database = databaseName;
    }

    /// <summary>Enlists the connection in a transaction, on the primary.</summary>
    /// <param name="transaction">The transaction, or <see langword="null"/> to leave one.</param>
    public override void EnlistTransaction(System.Transactions.Transaction? transaction)
    {
        ThrowIfInSnapshot();
        if (Server is { IsPrimary: false })
        {
            Synchronous.Result(MoveToAsync(Source.PrimaryServer, isAsync: false, CancellationToken.None));
        }

        Driver.EnlistTransaction(transaction);
    }

    /// <inheritdoc/>
    public override DataTable GetSchema() => Driver.GetSchema();

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) => Driver.GetSchema(collectionName);

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        Driver.GetSchema(collectionName, restrictionValues);

#pragma warning disable RS0026 // The optional parameters are those of the base class.
    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        await Driver.GetSchemaAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        await Driver.GetSchemaAsync(collectionName, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(
        string collectionName,
        string?[] restrictionValues,
        CancellationToken cancellationToken = default
    ) => await Driver.GetSchemaAsync(collectionName, restrictionValues, cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0026

    /// <inheritdoc/>
    protected override DbProviderFactory? DbProviderFactory => Source.Factory;

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        ThrowIfNotOpen();
        Route(isPlainRead: false, returnsData: false, beginsTransaction: true);
        return _transaction = new ReplicatedTransaction(this, Driver.BeginTransaction(isolationLevel));
    }

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel,
        CancellationToken cancellationToken
    )
    {
        ThrowIfNotOpen();
        await RouteAsync(isPlainRead: false, returnsData: false, cancellationToken, beginsTransaction: true).ConfigureAwait(false);
        return _transaction = new ReplicatedTransaction(
            this,
            await Driver.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false)
        );
    }

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
            _isDisposed = true;
        }

        base.Dispose(disposing);
    }

    private async ValueTask OpenAsync(bool isAsync, CancellationToken cancellation)
    {
        PrepareToOpen();
        cancellation.ThrowIfCancellationRequested();
        _isConnecting = true;
        try
        {
            OnStateChange(Opening);
            var session = Source.SessionForRead();
            if (session?.Snapshot is { } scope)
            {
                await OpenInSnapshotAsync(session, scope.ConnectionIn(Source), isAsync, cancellation).ConfigureAwait(false);
            }
            else
            {
                await OpenOnServerAsync(new OpenAttempt(Source, session, _isForPrimary), isAsync, cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            _isConnecting = false;
            OnStateChange(NotOpened);
            throw;
        }

        _isConnecting = false;
        _isKnownOpen = true;
        OnStateChange(Opened);
    }

    private async ValueTask OpenOnServerAsync(OpenAttempt attempt, bool isAsync, CancellationToken cancellation)
    {
        if (attempt.TakeKept(out var kept) is { } keptBy)
        {
            Take(kept, keptBy);
        }

        while (_inner is null)
        {
            var server = await attempt.NextAsync(isAsync, cancellation).ConfigureAwait(false);
            try
            {
                Source.Enter(server);
                var inner = await server.Pool.ConnectAsync(isAsync, cancellation).ConfigureAwait(false);
                if (attempt.Opened(server))
                {
                    Take(inner, server);
                }
                else
                {
                    await PositionSearch.DisposeAsync(inner, silent: null, isAsync).ConfigureAwait(false);
                    server.Pool.Leave();
                }
            }
            catch (Exception exception)
            {
                server.Pool.Leave();
                if (!CanTryAnother(server, exception))
                {
                    throw;
                }

                attempt.Refused(server, exception);
            }
        }

        _openedFor = attempt.Pin;
    }

    private async ValueTask CloseAsync(bool isAsync)
    {
        if (_inner is null)
        {
            _database = null;
            NoteClosed();
            return;
        }

        var isInSnapshot = _snapshot is not null;
        if (!isInSnapshot)
        {
            await LearnAsync(isAsync).ConfigureAwait(false);
        }

        var (server, lease) = (_server, LeaseToKeep());
        var inner = Release();
        if (isInSnapshot)
        {
            // It goes back when the snapshot ends.
        }
        else if (lease is not null && inner is not null && lease.TryKeep(inner, server!, Source.Time.GetTimestamp()))
        {
            Source.Leases.Add(lease);
        }
        else
        {
            await PositionSearch.DisposeAsync(inner, silent: null, isAsync).ConfigureAwait(false);
        }

        // What ChangeDatabase chose ends here; the next opening begins with the connection string's.
        _database = null;
        NoteClosed();
    }

    // Once for each opening, whoever closed it.
    private void NoteClosed()
    {
        if (_isKnownOpen)
        {
            _isKnownOpen = false;
            OnStateChange(Closed);
        }
    }

    private void PrepareToOpen()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Source.ThrowIfDisposed();
        if (_isConnecting)
        {
            throw new InvalidOperationException("The connection is being opened already.");
        }

        if (_inner is not null)
        {
            if (_inner.State != ConnectionState.Closed && !(_snapshot is not null && _closesWithReader && !HasOpenReader))
            {
                throw new InvalidOperationException("The connection is open already.");
            }

            // A reader closed it (CommandBehavior.CloseConnection), or it broke.
            Close();
        }
    }

    // A connection is kept between two reads of a planned series on the session's replica, as the reads found it.
    private SessionLease? LeaseToKeep() =>
        _openedFor is { Lease: { } lease, Loss: null, Session.IsAtEndOfPlan: false } pin
        && _server is { IsPrimary: false, Pool.IsUsedUp: false } server
        && ReferenceEquals(pin.Server, server)
        && !server.IsGone(Source.Time)
        && _snapshot is null
        && !_isShared
        && _database is null
        && !HasOpenReader
        && _inner is { State: ConnectionState.Open }
            ? lease
            : null;

    private bool CanTryAnother(RoutedServer server, Exception exception) =>
        !server.IsPrimary
        && !ReferenceEquals(server, Source.Proxy?.Anywhere)
        && exception is not ReplicaLostException
        && Source.IsServerFailure(exception);

    private void Take(DbConnection inner, RoutedServer server)
    {
        _inner = inner;
        _server = server;
        inner.StateChange += _innerStateChanged ??= InnerStateChanged;
    }

    private DbConnection? Release()
    {
        var inner = _inner;
        if (inner is null)
        {
            return null;
        }

        inner.StateChange -= _innerStateChanged;
        NoteIfBroken(inner.State);
        if (_snapshot is null)
        {
            _server!.Pool.Leave();
        }

        _inner = null;
        _server = null;
        _openedFor = null;
        EndReads(seen: null);
        EndPrimaryUse(position: null);
        _transaction = null;
        _reader = null;
        _olderReaders = null;
        _closesWithReader = false;
        _isShared = false;
        _snapshot = null;
        return inner;
    }

    private void ThrowIfNotOpen()
    {
        if (DriverState != ConnectionState.Open)
        {
            throw new InvalidOperationException(ClosedMessage);
        }
    }

    private InvalidOperationException NotOpen() =>
        _isDisposed ? new ObjectDisposedException(nameof(ReplicatedConnection)) : new InvalidOperationException(ClosedMessage);
}
