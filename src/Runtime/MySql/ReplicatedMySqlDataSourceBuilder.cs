using System.Globalization;
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
    private string? _primary;
    private string? _name;
    private IReplicaSelector _selector = ReplicaSelectors.WeightedModulo;
    private TimeProvider _time = TimeProvider.System;
    private ILoggerFactory _loggerFactory = NullLoggerFactory.Instance;
    private bool _isForPomelo;
    private bool _allowsWritableReplicas;
    private bool _allowsDivergedReplicas;
    private bool _recordsDecisions;
    private TimeSpan? _drainTimeout;
    private MonitorOptions? _monitor;
    private ReplicaLoss _onReplicaLoss;
    private (string ConnectionString, ProxyDialect Dialect)? _proxy;

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
        _name = ReplicaSet.CheckedName(name);
        return this;
    }

    /// <summary>Sets the selector. Default: <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    /// <param name="selector">The selector.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="selector"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseSelector(IReplicaSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _selector = selector;
        return this;
    }

    /// <summary>Sets where log records of category "MonotonicReads", and the driver's, go. Default: nowhere.</summary>
    /// <param name="loggerFactory">The factory.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="loggerFactory"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseLoggerFactory(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _loggerFactory = loggerFactory;
        return this;
    }

    /// <summary>Sets the clock. Default: the system's.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="timeProvider"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        _time = timeProvider;
        return this;
    }

    /// <summary>
    /// Sets what EF Core on Pomelo needs in every connection string: <c>AllowUserVariables=True</c> and
    /// <c>UseAffectedRows=False</c>.
    /// </summary>
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
        _allowsDivergedReplicas = true;
        return this;
    }

    /// <summary>
    /// Sets how long running sessions may stay on a replica whose weight has become 0; then it counts as lost for them.
    /// Default: until they end.
    /// </summary>
    /// <param name="timeout">The time; zero or more.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    public ReplicatedMySqlDataSourceBuilder UseDrainTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        _drainTimeout = timeout;
        return this;
    }

    /// <summary>
    /// Watches every server in the background: a replica that is down or lags too far takes no new sessions, before any
    /// read has run into it. Default: nothing is watched.
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
    public ReplicatedMySqlDataSourceBuilder UseReplicaLoss(ReplicaLoss policy)
    {
        _onReplicaLoss = Enum.IsDefined(policy)
            ? policy
            : throw new ArgumentOutOfRangeException(nameof(policy), policy, "No value of ReplicaLoss.");
        return this;
    }

    /// <summary>
    /// Sends reads and writes to a proxy that stands before the servers. Statements of a session carry it, or the server that it picked,
    /// in a comment that the proxy reads; docs/proxies.md has the settings that it needs, and <see cref="ProxyConfiguration"/> writes them.
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

    /// <summary>Lets sessions record where each of their reads was sent, for <see cref="ReadSession.GetDecisions"/>. For tests.</summary>
    /// <returns>This builder.</returns>
    public ReplicatedMySqlDataSourceBuilder RecordDecisions()
    {
        _recordsDecisions = true;
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
        var servers = new MySqlServers(_isForPomelo, _allowsWritableReplicas, _loggerFactory);
        if (_proxy is { } proxy)
        {
            return BuildBehind(proxy.ConnectionString, proxy.Dialect, servers);
        }

        ReplicaSet.Check(_primary is not null, _replicas);
        var primary = servers.Parse(ReplicaSet.PrimaryName, _primary!);
        var replicas = Parsed(servers);
        return Create(servers, servers.CreatePrimary(primary), Table(servers, replicas), proxy: null, hasPositions: true, _monitor);
    }

    private ReplicatedMySqlDataSource BuildBehind(string connectionString, ProxyDialect dialect, MySqlServers servers)
    {
        // A proxy that picks the replicas knows its own.
        if (dialect.NamesServers || _replicas.Count > 0)
        {
            ReplicaSet.Check(hasPrimary: true, _replicas);
        }

        dialect.Check(_replicas.ConvertAll(replica => replica.Name));
        ProxyRoute.ThrowIfNotKept(dialect, ReadConsistency.Monotonic, _onReplicaLoss);
        var address = servers.Parse(ProxyRoute.Name, connectionString);
        var proxy = servers.Behind(dialect, address);
        if (!dialect.NamesServers)
        {
            return _monitor is null
                ? Create(
                    servers,
                    servers.CreatePrimary(null),
                    new ReplicaTable([(proxy.Anywhere, 1)]),
                    proxy,
                    dialect.NamesPrimary,
                    monitor: null
                )
                : throw new NotSupportedException(
                    $"{dialect.Proxy} picks the replicas, and none of them can be asked through it: leave UseMonitor() out."
                );
        }

        // Nothing else notices a restart behind a proxy, and who accepts every move need not know.
        var monitor = _monitor ?? (dialect.IsExact ? new MonitorOptions() : null);
        return Create(servers, servers.CreatePrimary(null), Table(servers, Parsed(servers)), proxy, hasPositions: true, monitor);
    }

    private List<ReplicaSettings> Parsed(MySqlServers servers) =>
        _replicas.ConvertAll(replica => replica with { ConnectionString = servers.Parse(replica.Name, replica.ConnectionString) });

    private static ReplicaTable Table(MySqlServers servers, List<ReplicaSettings> replicas) =>
        new(
            replicas
                .Select((replica, place) => (servers.CreateReplica(replica.Name, replica.ConnectionString, place), replica.Weight))
                .ToList()
        );

    private ReplicatedMySqlDataSource Create(
        MySqlServers servers,
        RoutedServer primary,
        ReplicaTable replicas,
        ProxyRoute? proxy,
        bool hasPositions,
        MonitorOptions? monitor
    )
    {
        var address = new MySqlConnectionStringBuilder(_proxy?.ConnectionString ?? _primary!);
        return new ReplicatedMySqlDataSource(
            new ReplicaSet(primary, replicas, _selector, _time, _loggerFactory)
            {
                Name = ReplicaSet.NameOf(_name, address.Database, AddressOf(address)),
                OwnsServers = true,
                HasPositions = hasPositions,
                RecordsDecisions = _recordsDecisions,
                AllowsDivergedReplicas = _allowsDivergedReplicas,
                DrainTimeout = _drainTimeout,
                OnReplicaLoss = _onReplicaLoss,
                Proxy = proxy,
            },
            servers,
            monitor
        );
    }

    private static string AddressOf(MySqlConnectionStringBuilder primary) =>
        string.Create(CultureInfo.InvariantCulture, $"{primary.Server}:{primary.Port}");
}
