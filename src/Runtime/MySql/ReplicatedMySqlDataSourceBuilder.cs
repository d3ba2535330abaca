using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.MySql;
using MonotonicReads.Proxies;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>Builds a <see cref="ReplicatedMySqlDataSource"/> from one connection string for each server.</summary>
public sealed class ReplicatedMySqlDataSourceBuilder
{
    private readonly List<ReplicaSettings> _replicas = [];
    private readonly SourceSettings _settings = new();
    private string? _primary;
    private bool _isForPomelo;
    private bool _allowsWritableReplicas;
    private MonitorOptions? _monitor;
    private (string ConnectionString, ProxyDialect Dialect)? _proxy;

    internal DriverHooks Hooks { get; init; } = new();

    /// <summary>Sets the primary. Required, but through a proxy.</summary>
    /// <param name="connectionString">Its connection string, with one host.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="connectionString"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UsePrimary(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        _primary = connectionString;
        return this;
    }

    /// <summary>Adds a replica. At least one is required, but through a proxy that picks them itself; the order matters to
    /// <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    /// <param name="name">Its unique name in events, logs, metrics and rendezvous hashing.</param>
    /// <param name="connectionString">Its connection string, with one host; through a proxy nobody connects by it, and it may be
    /// empty.</param>
    /// <param name="weight">Its share relative to the others; 0 takes no new sessions.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="connectionString"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder AddReplica(string name, string connectionString, int weight = 1)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        _replicas.Add(new ReplicaSettings(name, connectionString, weight));
        return this;
    }

    /// <summary>
    /// Sets the name under which session tokens carry what was seen here: the same in every process that takes the tokens, and another for
    /// each cluster. Default: the primary's database; positions of two clusters with databases of one name are then told apart by
    /// asking the primary.
    /// </summary>
    /// <param name="name">A short name.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is <see langword="null"/> or empty, or has control
    /// characters.</exception>
    public ReplicatedMySqlDataSourceBuilder UseName(string name)
    {
        _settings.Name = ReplicaSet.CheckedName(name);
        return this;
    }

    /// <summary>Sets the selector. Default: <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    /// <param name="selector">The selector.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="selector"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseSelector(IReplicaSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _settings.Selector = selector;
        return this;
    }

    /// <summary>Sets where log records of category "MonotonicReads", and the driver's, go. Default: nowhere.</summary>
    /// <param name="loggerFactory">The factory.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="loggerFactory"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseLoggerFactory(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _settings.LoggerFactory = loggerFactory;
        return this;
    }

    /// <summary>Sets the clock. Default: the system's.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="timeProvider"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        _settings.Time = timeProvider;
        return this;
    }

    /// <summary>Sets what EF Core on Pomelo needs in every connection string: <c>AllowUserVariables=True</c>,
    /// <c>UseAffectedRows=False</c>.</summary>
    /// <returns>This builder.</returns>
    public ReplicatedMySqlDataSourceBuilder ForPomelo()
    {
        _isForPomelo = true;
        return this;
    }

    /// <summary>
    /// Accepts replicas with <c>read_only=0</c>, which are refused otherwise: a write that reaches one by mistake is
    /// then lost silently instead of failing.
    /// </summary>
    /// <returns>This builder.</returns>
    public ReplicatedMySqlDataSourceBuilder AllowWritableReplicas()
    {
        _allowsWritableReplicas = true;
        return this;
    }

    /// <summary>
    /// Lets replicas that hold what the primary lacks take new sessions, which are kept out otherwise: where a failover lost what such a
    /// replica has, a session that read there cannot go on on the primary, and gets <see cref="ReplicaLostException"/>. For sessions
    /// that stay
    /// on their replicas, while those log something of their own that no read sees, such as <c>ANALYZE TABLE</c>.
    /// </summary>
    /// <returns>This builder.</returns>
    public ReplicatedMySqlDataSourceBuilder AllowDivergedReplicas()
    {
        _settings.AllowsDivergedReplicas = true;
        return this;
    }

    /// <summary>Sets how long running sessions may stay on a replica whose weight has become 0; then it counts as lost for them.
    /// Default: until they end.</summary>
    /// <param name="timeout">The time; zero or more.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    public ReplicatedMySqlDataSourceBuilder UseDrainTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        _settings.DrainTimeout = timeout;
        return this;
    }

    /// <summary>
    /// Watches every server in the background: a replica that is down or lags too far takes no new sessions, before any
    /// read has run into it. Default: nothing is watched, but behind a proxy that names servers.
    /// </summary>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value of the options is out of range.</exception>
    public ReplicatedMySqlDataSourceBuilder UseMonitor(MonitorOptions? options = null)
    {
        options ??= new MonitorOptions();
        options.Check();
        _monitor = options;
        return this;
    }

    /// <summary>
    /// Sets what a session does when it loses its replica and says nothing of that itself. Default: <see cref="ReplicaLoss.Primary"/>.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No value of <see cref="ReplicaLoss"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="ReplicaLoss.Restart"/>, which is of a member.</exception>
    public ReplicatedMySqlDataSourceBuilder UseReplicaLoss(ReplicaLoss policy)
    {
        _settings.UseReplicaLoss(policy);
        return this;
    }

    /// <summary>
    /// Sends reads and writes to a proxy that stands before the servers. Statements of a session carry it, or the server that it picked,
    /// in a comment that the proxy reads; docs/proxies.md has the settings that it needs, and <see cref="ProxyConfiguration"/> writes them.
    /// Sets <c>Pipelining=False</c> where the proxy is not known to bear the driver's pipelining.
    /// </summary>
    /// <param name="connectionString">The proxy's connection string, with one host.</param>
    /// <param name="dialect">How the proxy is spoken to.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseProxy(string connectionString, ProxyDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(dialect);
        _proxy = (connectionString, dialect);
        return this;
    }

    /// <summary>
    /// Fetches the password of each server anew in regular intervals, as for access tokens that rotate. The connection strings have none
    /// then. What is open and pooled stays: only new physical connections need the password.
    /// </summary>
    /// <param name="passwordProvider">Returns it; the context says for which server.</param>
    /// <param name="successRefreshInterval">How long it is used.</param>
    /// <param name="failureRefreshInterval">How long to wait where it could not be fetched.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="passwordProvider"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UsePeriodicPasswordProvider(
        Func<MySqlProvidePasswordContext, CancellationToken, ValueTask<string>> passwordProvider,
        TimeSpan successRefreshInterval,
        TimeSpan failureRefreshInterval
    )
    {
        ArgumentNullException.ThrowIfNull(passwordProvider);
        return Configure(driver => driver.UsePeriodicPasswordProvider(passwordProvider, successRefreshInterval, failureRefreshInterval));
    }

    /// <summary>Judges the certificates of the servers.</summary>
    /// <param name="callback">Whether one is taken; the connection string has <c>SslMode</c> Preferred or Required.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseRemoteCertificateValidationCallback(RemoteCertificateValidationCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Configure(driver => driver.UseRemoteCertificateValidationCallback(callback));
    }

    /// <summary>Gives the certificates with which the servers are connected to.</summary>
    /// <param name="callback">Fills the collection.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseClientCertificatesCallback(Func<X509CertificateCollection, ValueTask> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Configure(driver => driver.UseClientCertificatesCallback(callback));
    }

    /// <summary>
    /// Is called on each of the driver's connections when it is opened, a pooled one too, once it is known where it leads; several are
    /// called one after the other. One that throws fails the opening.
    /// </summary>
    /// <param name="callback">The callback.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseConnectionOpenedCallback(MySqlConnectionOpenedCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Hooks.WhenOpened(callback);
        return this;
    }

    /// <summary>
    /// Configures the driver's data source of each server: of the primary ("primary") and of each replica by its name, of those that are
    /// added later, and again where the pool begins anew because the server became another one. Through a proxy there is one, "proxy".
    /// </summary>
    /// <param name="configure">Gets the server's name and the driver's builder; leaves the server as it is.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder ConfigureDataSource(Action<string, MySqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Hooks.Configure(configure, addsNoCallback: false);
        return this;
    }

    /// <summary>Lets sessions record where each of their reads was sent, for <see cref="ReadSession.GetDecisions"/>. For tests.</summary>
    /// <returns>This builder.</returns>
    public ReplicatedMySqlDataSourceBuilder RecordDecisions()
    {
        _settings.RecordsDecisions = true;
        return this;
    }

    /// <inheritdoc cref="ReplicatedDataSourceBuilder.UseSeriesDetector"/>
    public ReplicatedMySqlDataSourceBuilder UseSeriesDetector(SeriesDetectorOptions? options = null)
    {
        _settings.SeriesDetector = SeriesDetectorOptions.Checked(options);
        return this;
    }

    /// <summary>Checks everything and builds the data source. Connects to nothing.</summary>
    /// <returns>The data source; disposing it closes its pools.</returns>
    /// <exception cref="InvalidOperationException">No primary, no replica, or weights that sum to 0.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name, a connection string that cannot be parsed, that
    /// names no host or several, or that follows redirections.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative weight.</exception>
    /// <exception cref="OverflowException">Weights that sum beyond <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="NotSupportedException">Something that the proxy's dialect cannot keep.</exception>
    public ReplicatedMySqlDataSource Build()
    {
        var servers = new MySqlServers(_isForPomelo, _allowsWritableReplicas, Hooks.Copy(), _settings.LoggerFactory);
        var source = servers.AllOrNone(() =>
            _proxy is { } proxy ? BuildBehind(proxy.ConnectionString, proxy.Dialect, servers) : BuildDirect(servers)
        );
        if (servers.CallbacksMayMeet)
        {
            source.Routed.Reports.CallbacksMayMeet();
        }

        return source;
    }

    private ReplicatedMySqlDataSource BuildDirect(MySqlServers servers)
    {
        ReplicaSet.Check(_primary is not null, _replicas);
        var primary = servers.Parse(ReplicaSet.PrimaryName, _primary!);
        var replicas = servers.Parsed(_replicas);
        return _settings.Create(
            servers,
            servers.CreatePrimary(primary),
            servers.CreateReplicas(replicas),
            new MySqlConnectionStringBuilder(primary),
            _monitor
        );
    }

    private ReplicatedMySqlDataSourceBuilder Configure(Action<MySqlDataSourceBuilder> configure)
    {
        Hooks.Configure((_, driver) => configure(driver), addsNoCallback: true);
        return this;
    }

    private ReplicatedMySqlDataSource BuildBehind(string connectionString, ProxyDialect dialect, MySqlServers servers)
    {
        // A proxy that picks the replicas knows its own.
        if (dialect.NamesServers || _replicas.Count > 0)
        {
            ReplicaSet.Check(hasPrimary: true, _replicas);
        }

        dialect.Check(_replicas.ConvertAll(replica => replica.Name));
        ProxyRoute.ThrowIfNotKept(dialect, ReadConsistency.Monotonic, _settings.OnReplicaLoss);
        var address = servers.ParseProxy(dialect, connectionString);
        var proxy = servers.Behind(dialect, address);
        var text = new MySqlConnectionStringBuilder(address);
        if (!dialect.NamesServers && _monitor is not null)
        {
            throw new NotSupportedException(
                $"{dialect.Proxy} picks the replicas, and none of them can be asked through it: leave UseMonitor() out."
            );
        }

        var source = _settings.CreateBehind(servers, _replicas, text, _monitor, proxy);
        if (dialect.Limits is { } limits)
        {
            source.Routed.Reports.ProxyLimits(limits);
        }

        return source;
    }
}
