using System.Data.Common;
using System.Net.Sockets;
using MonotonicReads.AdoNet;
using MonotonicReads.Choosing;
using MonotonicReads.Proxies;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MonotonicReads.Sql;

namespace MonotonicReads;

/// <summary>
/// Routes over a primary and its replicas, whatever their ADO.NET provider: each connection is opened on the server
/// that the running <see cref="ReadSession"/> asks for. Built by <see cref="ReplicatedDataSourceBuilder"/>; safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// <para>Where a connection opens: on the replica of the running session, drawn once by the selector and kept; outside a
/// session on a replica drawn by weighted chance; on the primary in a session of level
/// <see cref="ReadConsistency.Primary"/>, in one that has read there, and under an ambient transaction. A statement that
/// is not provably a plain read, and every transaction, runs on the primary.</para>
/// <para>A replica that refuses to open takes no new sessions for <see cref="UnavailableFor"/>. Replicas must be
/// read-only: a stored function that writes is taken for a read here, and must fail there.</para>
/// <para>The shape is that of Npgsql's <c>NpgsqlMultiHostDataSource</c>.</para>
/// </remarks>
public class ReplicatedDataSource : DbDataSource
{
    private readonly DbProviderFactory? _driver;
    private readonly TextVerdictCache _texts = new();
    private readonly bool _ownsServers;
    private volatile bool _isDisposed;

    internal ReplicatedDataSource(ReplicaSet set)
    {
        _ownsServers = set.OwnsServers;
        using var unopened = set.Primary.Pool.Source.CreateConnection();
        Routed = new RoutedSource(set, Raise, IsServerFailure) { ConnectionTimeout = unopened.ConnectionTimeout, SeriesFound = Raise };
        _driver = DbProviderFactories.GetFactory(unopened);
        Factory = _driver is null ? null : new ReplicatedProviderFactory(this, _driver);
        CanCreateBatch = unopened.CanCreateBatch;
        Database = unopened.Database;
        Server = unopened.DataSource;
        using var command = unopened.CreateCommand();
        CommandTimeout = command.CommandTimeout;
        ConnectionString = PublicConnectionString.Of(PrimaryServer.Pool.ConnectionString);
        Primary = new PrimaryDataSource(this);
    }

    /// <summary>
    /// How long a replica that refused to open is left out of new draws: 5 seconds. A session that has read on it
    /// does not wait for it but fails.
    /// </summary>
    public static TimeSpan UnavailableFor => ReplicaLosses.UnavailableFor;

    /// <summary>Raised when a session loses its replica, when a replica refuses, when the primary takes reads because no
    /// replica is available, and when a read comes after its session. Handlers run on the reading thread; what one
    /// throws is logged.</summary>
    public event EventHandler<ReadSessionEventArgs>? SessionEvent;

    /// <summary>
    /// Raised for each unit of work, once it has ended, whose reads form a series that no session holds together; needs
    /// <see cref="ReplicatedDataSourceBuilder.UseSeriesDetector"/>. Handlers run where the unit is found to have ended; what one throws is
    /// logged.
    /// </summary>
    public event EventHandler<ReadSeriesEventArgs>? SeriesDetected;

    /// <summary>What session tokens call it: the name that it was given, otherwise the primary's database. Processes that take each
    /// other's tokens find it by that.</summary>
    public string Name => Routed.ShownName;

    /// <summary>
    /// The data source of the primary, for writes and for reads that must be current. The rows that it returns inside
    /// a session bind the session to the primary. Disposing it does nothing.
    /// </summary>
    public DbDataSource Primary { get; }

    /// <summary>The primary's connection string without passwords; empty when it cannot be parsed.</summary>
    public override string ConnectionString { get; }

    /// <summary>What routing and sessions know of it.</summary>
    internal RoutedSource Routed { get; }

    internal RoutedServer PrimaryServer => Routed.Primary;

    internal RoutedServer[] Replicas => Router.Replicas.Servers;

    internal ReplicaRouter Router => Routed.Router;

    /// <summary>The proxy before the servers; null where each is connected to.</summary>
    internal ProxyRoute? Proxy => Routed.Proxy;

    internal string Database { get; }

    internal string Server { get; }

    internal int ConnectionTimeout => Routed.ConnectionTimeout;

    /// <summary>What a command has that sets none, in seconds.</summary>
    internal int CommandTimeout { get; }

    /// <summary>The provider of its connections; null where the driver has none.</summary>
    internal DbProviderFactory? Factory { get; }

    internal bool CanCreateBatch { get; }

    /// <summary>Creates a closed connection; its server is chosen when it is opened.</summary>
    /// <returns>The connection; the caller disposes it.</returns>
    public new ReplicatedConnection CreateConnection() => new(this, isForPrimary: false);

    /// <summary>Opens a connection on the server that the running session asks for.</summary>
    /// <returns>The open connection; the caller disposes it.</returns>
    /// <exception cref="ReplicaLostException">The running session has lost its replica.</exception>
    public new ReplicatedConnection OpenConnection() => (ReplicatedConnection)base.OpenConnection();

    /// <summary>Opens a connection on the server that the running session asks for.</summary>
    /// <param name="cancellationToken">Cancels the opening; no deadline against a stopped server, which the driver's
    /// connection timeout is.</param>
    /// <returns>The open connection; the caller disposes it.</returns>
    /// <exception cref="ReplicaLostException">The running session has lost its replica.</exception>
    public new ValueTask<ReplicatedConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return OpenAsync(CreateConnection(), cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<ReplicatedConnection>(exception);
        }
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => CreateConnection();

    // What asynchronous code sets does not flow to its caller: the connection is created outside of it.
    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return OpenAsync(CreateDbConnection(), cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<DbConnection>(exception);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            Routed.Detector?.Dispose();
            Routed.Leases.Dispose();
            Routed.Reports.Dispose();
            if (_ownsServers)
            {
                PrimaryServer.Pool.Dispose();
                foreach (var replica in Replicas)
                {
                    replica.Pool.Dispose();
                }

                Task.Run(() => ConnectionPool.EndedAsync(Pools)).GetAwaiter().GetResult();
            }
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            Routed.Detector?.Dispose();
            Routed.Leases.Dispose();
            Routed.Reports.Dispose();
            if (_ownsServers)
            {
                await PrimaryServer.Pool.DisposeAsync().ConfigureAwait(false);
                foreach (var replica in Replicas)
                {
                    await replica.Pool.DisposeAsync().ConfigureAwait(false);
                }

                await ConnectionPool.EndedAsync(Pools).ConfigureAwait(false);
            }
        }

        await base.DisposeAsyncCore().ConfigureAwait(false);
    }

    private IEnumerable<ConnectionPool> Pools => Replicas.Select(static replica => replica.Pool).Prepend(PrimaryServer.Pool);

    /// <summary>Whether an exception of an opening says that the server is out of reach, so that another may serve. The pool of a
    /// server that was removed is disposed.</summary>
    internal virtual bool IsServerFailure(Exception exception) =>
        exception is DbException or TimeoutException or IOException or SocketException
        || (exception is ObjectDisposedException && !_isDisposed);

    /// <summary>The driver's own command, without a connection.</summary>
    internal virtual DbCommand CreateInnerCommand() =>
        _driver?.CreateCommand() ?? PrimaryServer.Pool.Source.CreateConnection().CreateCommand();

    /// <summary>The driver's own batch, without a connection.</summary>
    internal virtual DbBatch CreateInnerBatch() =>
        _driver is { CanCreateBatch: true } ? _driver.CreateBatch() : PrimaryServer.Pool.Source.CreateConnection().CreateBatch();

    internal TextVerdict VerdictOf(string text) => _texts.Of(text);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    internal static async ValueTask<T> OpenAsync<T>(T connection, CancellationToken cancellation)
        where T : DbConnection
    {
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Raise(ReadSessionEventArgs args) => Raise(SessionEvent, args, Routed.Reports.HandlerThrew);

    private void Raise(ReadSeriesEventArgs args) => Raise(SeriesDetected, args, Routed.Reports.SeriesHandlerThrew);

    private void Raise<T>(EventHandler<T>? handlers, T args, Action<Exception> threw)
    {
        foreach (var handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<T>)handler)(this, args);
            }
            catch (Exception exception)
            {
                // It would break a read, or an opening whose connection nobody has yet.
                threw(exception);
            }
        }
    }
}
