using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>Builds a <see cref="ReplicatedMySqlDataSource"/> from one connection string for each server.</summary>
public sealed class ReplicatedMySqlDataSourceBuilder
{
    private readonly List<(string Name, string ConnectionString, int Weight)> _replicas = [];
    private string? _primary;
    private IReplicaSelector _selector = ReplicaSelectors.WeightedModulo;
    private TimeProvider _time = TimeProvider.System;
    private ILoggerFactory _loggerFactory = NullLoggerFactory.Instance;
    private bool _isForPomelo;
    private bool _allowsWritableReplicas;
    private bool _recordsDecisions;

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
        _replicas.Add((name, connectionString, weight));
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
        ReplicaSet.Check(_primary is not null, _replicas.ConvertAll(replica => ((string?)replica.Name, replica.Weight)));
        var primaryText = Parse(ReplicaSet.PrimaryName, _primary!);
        var replicaTexts = _replicas.ConvertAll(replica => Parse(replica.Name, replica.ConnectionString));

        var primaryIdentity = new MySqlServerIdentity(mustBeReadOnly: false, _time);
        var primary = new RoutedServer(
            ReplicaSet.PrimaryName, Source(ReplicaSet.PrimaryName, primaryText, primaryIdentity), weight: 0, isPrimary: true);
        var replicas = new RoutedServer[_replicas.Count];
        var identities = new MySqlServerIdentity[_replicas.Count];
        for (var i = 0; i < replicas.Length; i++)
        {
            var (name, _, weight) = _replicas[i];
            identities[i] = new MySqlServerIdentity(!_allowsWritableReplicas, _time);
            replicas[i] = new RoutedServer(name, Source(name, replicaTexts[i], identities[i]), weight, isPrimary: false);
        }

        var source = new ReplicatedMySqlDataSource(
            new ReplicaSet(primary, replicas, _selector, _time, _loggerFactory, OwnsServers: true, HasPositions: true, RecordsDecisions: _recordsDecisions));
        primaryIdentity.Follow(primary, source.Reports);
        for (var i = 0; i < replicas.Length; i++)
        {
            identities[i].Follow(replicas[i], source.Reports);
        }

        return source;
    }

    private MySqlDataSource Source(string name, string connectionString, MySqlServerIdentity identity)
    {
        var builder = new MySqlDataSourceBuilder(connectionString).UseName(name);
        if (!ReferenceEquals(_loggerFactory, NullLoggerFactory.Instance))
        {
            builder.UseLoggerFactory(_loggerFactory);
        }

        return builder.UseConnectionOpenedCallback(identity.CheckAsync).Build();
    }

    // Messages name the server and never the connection string, which has a password.
    private string Parse(string name, string connectionString)
    {
        MySqlConnectionStringBuilder parsed;
        try
        {
            parsed = new MySqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new ArgumentException($"The connection string of '{name}' cannot be parsed: {exception.Message}", exception);
        }

        if (string.IsNullOrWhiteSpace(parsed.Server))
        {
            throw new ArgumentException($"The connection string of '{name}' names no host (Server=...).");
        }

        if (parsed.Server.Contains(',', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The connection string of '{name}' names several hosts. They would share one pool, and nobody could tell which of them answers: add each as a server of its own.");
        }

        if (parsed.ServerRedirectionMode != MySqlServerRedirectionMode.Disabled)
        {
            throw new ArgumentException(
                $"The connection string of '{name}' lets the server redirect (ServerRedirectionMode), so that another server could answer in its name. Remove it.");
        }

        if (_isForPomelo)
        {
            parsed.AllowUserVariables = true;
            parsed.UseAffectedRows = false;
        }

        return parsed.ConnectionString;
    }
}
