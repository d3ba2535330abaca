using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MonotonicReads;

/// <summary>Builds a <see cref="ReplicatedMySqlDataSource"/> from one connection string for each server.</summary>
public sealed class ReplicatedMySqlDataSourceBuilder
{
    private readonly List<ReplicaSettings> _replicas = [];
    private string? _primary;
    private string _name = ReplicaSet.DefaultName;
    private IReplicaSelector _selector = ReplicaSelectors.WeightedModulo;
    private TimeProvider _time = TimeProvider.System;
    private ILoggerFactory _loggerFactory = NullLoggerFactory.Instance;
    private bool _isForPomelo;
    private bool _allowsWritableReplicas;
    private bool _recordsDecisions;
    private TimeSpan? _drainTimeout;
    private MonitorOptions? _monitor;

    /// <summary>Sets the primary. Required.</summary>
    /// <param name="connectionString">Its connection string, with one host.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="connectionString"/> is <see langword="null"/>.</exception>
    public ReplicatedMySqlDataSourceBuilder UsePrimary(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        _primary = connectionString;
        return this;
    }

    /// <summary>Adds a replica. At least one is required; the order matters to <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    /// <param name="name">Its unique name in events, logs, metrics and rendezvous hashing.</param>
    /// <param name="connectionString">Its connection string, with one host.</param>
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
    /// Sets the name under which session tokens carry what was seen here. Needed where a process has several data sources;
    /// the same in every process that takes the tokens. Default: "mysql".
    /// </summary>
    /// <param name="name">A short name.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is <see langword="null"/> or empty.</exception>
    public ReplicatedMySqlDataSourceBuilder UseName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
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
    public ReplicatedMySqlDataSource Build()
    {
        ReplicaSet.Check(_primary is not null, _replicas);
        var servers = new MySqlServers(_isForPomelo, _allowsWritableReplicas, _time, _loggerFactory);
        var primary = servers.Parse(ReplicaSet.PrimaryName, _primary!);
        var replicas = _replicas.ConvertAll(replica => replica with { ConnectionString = servers.Parse(replica.Name, replica.ConnectionString) });
        return new ReplicatedMySqlDataSource(
            new ReplicaSet(
                servers.Create(ReplicaSet.PrimaryName, primary, isPrimary: true),
                new ReplicaTable(replicas.ConvertAll(replica => (servers.Create(replica.Name, replica.ConnectionString, isPrimary: false), replica.Weight))),
                _selector,
                _time,
                _loggerFactory)
            {
                Name = _name,
                OwnsServers = true,
                HasPositions = true,
                RecordsDecisions = _recordsDecisions,
                DrainTimeout = _drainTimeout,
            },
            servers,
            _monitor);
    }
}
