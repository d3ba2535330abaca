using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.Routing;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// Builds a <see cref="ReplicatedDataSource"/> over the data sources of any ADO.NET provider; for MySQL and MariaDB see
/// <see cref="ReplicatedMySqlDataSourceBuilder"/>.
/// </summary>
public sealed class ReplicatedDataSourceBuilder
{
    private readonly List<(string Name, DbDataSource Source, int Weight)> _replicas = [];
    private DbDataSource? _primary;
    private string? _name;
    private IReplicaSelector _selector = ReplicaSelectors.WeightedModulo;
    private TimeProvider _time = TimeProvider.System;
    private SeriesDetectorOptions? _detector;
    private ILoggerFactory _loggerFactory = NullLoggerFactory.Instance;

    /// <summary>Sets the primary. Required.</summary>
    /// <param name="primary">Its data source; stays the caller's to dispose.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="primary"/> is <see langword="null"/>.</exception>
    public ReplicatedDataSourceBuilder UsePrimary(DbDataSource primary)
    {
        ArgumentNullException.ThrowIfNull(primary);
        _primary = primary;
        return this;
    }

    /// <summary>Adds a replica. At least one is required; the order matters to <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    /// <param name="name">Its unique name in events, logs, metrics and rendezvous hashing.</param>
    /// <param name="replica">Its data source, read-only on the server; stays the caller's to dispose.</param>
    /// <param name="weight">Its share relative to the others; 0 takes no new sessions.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="replica"/> is <see langword="null"/>.</exception>
    public ReplicatedDataSourceBuilder AddReplica(string name, DbDataSource replica, int weight = 1)
    {
        ArgumentNullException.ThrowIfNull(replica);
        _replicas.Add((name, replica, weight));
        return this;
    }

    /// <summary>
    /// Sets the name under which session tokens carry what was seen here: the same in every process that takes the tokens, and another for
    /// each cluster. Default: the primary's database.
    /// </summary>
    /// <param name="name">A short name.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is <see langword="null"/> or empty, or has control
    /// characters.</exception>
    public ReplicatedDataSourceBuilder UseName(string name)
    {
        _name = ReplicaSet.CheckedName(name);
        return this;
    }

    /// <summary>Sets the selector. Default: <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    /// <param name="selector">The selector.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="selector"/> is <see langword="null"/>.</exception>
    public ReplicatedDataSourceBuilder UseSelector(IReplicaSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _selector = selector;
        return this;
    }

    /// <summary>Sets where log records of category "MonotonicReads" go. Default: nowhere.</summary>
    /// <param name="loggerFactory">The factory.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="loggerFactory"/> is <see langword="null"/>.</exception>
    public ReplicatedDataSourceBuilder UseLoggerFactory(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _loggerFactory = loggerFactory;
        return this;
    }

    /// <summary>Sets the clock. Default: the system's.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="timeProvider"/> is <see langword="null"/>.</exception>
    public ReplicatedDataSourceBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        _time = timeProvider;
        return this;
    }

    /// <summary>
    /// Looks for series of reads while the program runs: units of work whose reads, outside a session, may be answered by several
    /// servers, or read after they wrote. Found are those too that no analysis of the code follows. Default: off, which costs nothing; see
    /// <see cref="ReplicatedDataSource.SeriesDetected"/>.
    /// </summary>
    /// <param name="options">How; <see langword="null"/> for the defaults, which are made for development.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">A value of the options is out of range.</exception>
    public ReplicatedDataSourceBuilder UseSeriesDetector(SeriesDetectorOptions? options = null)
    {
        _detector = SeriesDetectorOptions.Checked(options);
        return this;
    }

    /// <summary>Checks everything and builds the data source.</summary>
    /// <returns>The data source. Disposing it does not dispose the data sources it was given.</returns>
    /// <exception cref="InvalidOperationException">No primary, no replica, or weights that sum to 0.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative weight.</exception>
    /// <exception cref="OverflowException">Weights that sum beyond <see cref="int.MaxValue"/>.</exception>
    public ReplicatedDataSource Build()
    {
        ReplicaSet.Check(_primary is not null, _replicas.ConvertAll(replica => new ReplicaSettings(replica.Name, "", replica.Weight)));
        using var unopened = _primary!.CreateConnection();
        return new ReplicatedDataSource(
            new ReplicaSet(
                new RoutedServer(ReplicaSet.PrimaryName, new ConnectionPool(_primary!), isPrimary: true),
                new ReplicaTable(
                    _replicas.ConvertAll(replica =>
                        (new RoutedServer(replica.Name, new ConnectionPool(replica.Source), isPrimary: false), replica.Weight)
                    )
                ),
                _selector,
                _time,
                _loggerFactory
            )
            {
                Name = ReplicaSet.NameOf(_name, unopened.Database, unopened.DataSource),
                SeriesDetector = _detector,
            }
        );
    }
}
