using System.Data.Common;
using MonotonicReads.Choosing;
using MonotonicReads.Monitoring;
using MonotonicReads.MySql;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MonotonicReads.Topology;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>
/// A <see cref="ReplicatedDataSource"/> for MySQL and MariaDB: one <see cref="MySqlDataSource"/>, and so one connection
/// pool, for each server. Built by <see cref="ReplicatedMySqlDataSourceBuilder"/>; disposing it closes the pools.
/// </summary>
/// <remarks>
/// Every new physical connection is asked once for the server's identity, start time and <c>read_only</c>: a replica that
/// accepts writes is refused, and one that was restarted or replaced is lost for the sessions that have read on it, since
/// it may have gone back in time. A pooled connection is never asked again.
/// </remarks>
public sealed class ReplicatedMySqlDataSource : ReplicatedDataSource
{
    private readonly object _membership = new();
    private readonly MySqlServers _servers;
    private readonly ServerMonitor? _monitor;
    private readonly bool _needsLag;
    private readonly object _creating = new();
    private MySqlDataSource? _withoutDatabase;
    private IDisposable? _changes;
    private volatile bool _isEnding;

    internal ReplicatedMySqlDataSource(ReplicaSet set, MySqlServers servers, MonitorOptions? monitor)
        : base(set)
    {
        _servers = servers;
        servers.Source = Routed;
        TellDifferences(Routed.Router.Replicas.Servers);
        if (monitor is not null)
        {
            _needsLag = monitor is { MaxLag: not null, HeartbeatQuery: null };
            _monitor = new ServerMonitor(
                Name,
                Routed.Primary,
                Routed.Router.Replicas,
                Routed.Reports,
                Routed.Divergence,
                Routed.Progress,
                Routed.Age,
                Routed.Time,
                monitor,
                servers.OpenUnjudgedAsync
            );
        }
    }

    /// <summary>What is known of every server, the primary first: of an unmonitored one only name, role and weight.</summary>
    /// <returns>The states at this moment.</returns>
    public IReadOnlyList<ServerState> GetServers()
    {
        var table = Router.Replicas;
        return
        [
            .. table
                .Servers.Prepend(PrimaryServer)
                .Select(server =>
                    (_monitor?.StateOf(server) ?? ServerState.Unknown(server.Name, server.IsPrimary)) with
                    {
                        Weight = table.WeightOf(server),
                        IsDiverged = server.IsDiverged,
                    }
                ),
        ];
    }

    /// <summary>The states that a health check looks at: with a replica that may write there is nothing wrong for that.</summary>
    internal async Task<IReadOnlyList<ServerState>> LookForFaultsAsync(CancellationToken cancellation)
    {
        var states = await LookAsync(cancellation).ConfigureAwait(false);
        return _servers.AllowsWritableReplicas
            ? [.. states.Select(static state => state.IsPrimary ? state : state with { IsReadOnly = null })]
            : states;
    }

    /// <summary>Whether a proxy picks the replicas, so that none of them can be asked.</summary>
    internal bool PicksReplicasByProxy => Proxy is { Dialect.NamesServers: false };

    /// <summary>As <see cref="GetServers"/>; without a monitor each server is looked at once, all at the same time.</summary>
    internal async Task<IReadOnlyList<ServerState>> LookAsync(CancellationToken cancellation)
    {
        var states = GetServers();
        if (_monitor is not null)
        {
            return states;
        }

        var look = new SingleLook(Routed, new MonitorOptions().Timeout, _servers.OpenUnjudgedAsync);
        var asked = Replicas.Prepend(PrimaryServer).ToDictionary(server => server.Name, StringComparer.Ordinal);
        return await Task.WhenAll(
                states.Select(state =>
                    asked.TryGetValue(state.Name, out var server) ? look.AtAsync(server, state, cancellation) : Task.FromResult(state)
                )
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces the replicas, all at once. Running sessions stay where they read, unless their replica is removed or its
    /// connection string changes, which is replica loss for them: reads that run go on to their end. A weight of 0 keeps new
    /// sessions out, and running ones may stay for the drain timeout. Any other weight moves no one.
    /// </summary>
    /// <param name="replicas">All replicas, in the order that the selector sees.</param>
    /// <exception cref="ArgumentNullException"><paramref name="replicas"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">No replica, or weights that sum to 0. Nothing was changed.</exception>
    /// <exception cref="ArgumentException">A bad name or connection string. Nothing was changed.</exception>
    /// <exception cref="OverflowException">Weights that sum beyond <see cref="int.MaxValue"/>. Nothing was changed.</exception>
    /// <remarks>Where a proxy picks the replica (<see cref="ProxyDialect.ShopifyFork"/>) nothing changes but what is checked.</remarks>
    public void UpdateReplicas(IReadOnlyList<ReplicaSettings> replicas)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        ThrowIfDisposed();
        ReplicaSet.Check(hasPrimary: true, replicas);
        var wanted = _servers.Parsed(replicas);
        if (Proxy is { Dialect.NamesServers: false })
        {
            // The proxy picks among its own servers.
            return;
        }

        lock (_membership)
        {
            // What began beside the end would make pools and loops that nobody ends.
            ObjectDisposedException.ThrowIf(_isEnding, this);
            var before = Router.Replicas;
            Proxy?.Dialect.CheckChange([.. before.Servers.Select(server => server.Name)], wanted.ConvertAll(replica => replica.Name));
            var known = before.Servers.ToDictionary(server => (server.Name, server.Settings));
            var after = _servers.AllOrNone(() =>
                new ReplicaTable([
                    .. wanted.Select(
                        (replica, place) =>
                            (
                                known.GetValueOrDefault((replica.Name, replica.ConnectionString))
                                    ?? _servers.CreateReplica(replica.Name, replica.ConnectionString, place),
                                replica.Weight
                            )
                    ),
                ])
            );
            Router.Replicas = after;
            TellDifferences(after.Servers.Except(before.Servers));
            foreach (var server in after.Servers)
            {
                if (after.WeightOf(server) > 0)
                {
                    server.LeaveAfter(Routed.Time, rest: null);
                }
                else if (before.WeightOf(server) > 0)
                {
                    server.LeaveAfter(Routed.Time, Routed.DrainTimeout);
                }
            }

            foreach (var removed in before.Servers.Except(after.Servers))
            {
                removed.LeaveAfter(Routed.Time, TimeSpan.Zero);
                _servers.Forget(removed);
                if (Proxy is null)
                {
                    // Closes the idle connections; those in use are closed when they are given back.
                    removed.Pool.Dispose();
                }
            }

            _monitor?.Follow(after);
        }

        Routed.Reports.ReplicasChanged(Router.Replicas.ToString());
    }

    /// <summary>
    /// Asks every server for the settings on which read sessions rest: commit order, domains, <c>read_only</c>, ids, GTIDs,
    /// balanced addresses, privileges, whom it follows. Run it at the start; docs/topology.md lists the findings.
    /// </summary>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <returns>What was found; empty where all is well.</returns>
    public Task<IReadOnlyList<TopologyFinding>> ValidateTopologyAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return new TopologyLint(
            ServersToAsk(),
            Routed.Time,
            _needsLag,
            new TopologyLint.Questions(
                ComparesReplicas: Routed.Divergence is not null,
                DifferencesOf,
                static server => new MySqlConnectionStringBuilder(server.Pool.ConnectionString).Database,
                _servers.OpenUnjudgedAsync,
                _servers.AllowsWritableReplicas
            ),
            cancellationToken
        ).RunAsync();
    }

    private void TellDifferences(IEnumerable<RoutedServer> replicas)
    {
        foreach (var replica in replicas)
        {
            if (DifferencesOf(replica) is { Count: > 0 } differences)
            {
                Routed.Reports.OptionsDiffer(replica.Name, string.Join("; ", differences));
            }
        }
    }

    // Through a proxy all are connected to alike.
    private List<string> DifferencesOf(RoutedServer replica) =>
        Proxy is null ? [.. OptionDifferences.Between(PrimaryServer.Pool.ConnectionString, replica.Pool.ConnectionString)] : [];

    // Behind a proxy that picks the servers itself only the primary can be named, and behind some not even that.
    private List<RoutedServer> ServersToAsk() =>
        [.. Replicas.Prepend(PrimaryServer).Where(server => Proxy is null || server.Introduction is not null)];

    // A pool of which all connections are in use says nothing about the server behind it.
    internal override bool IsServerFailure(Exception exception) =>
        base.IsServerFailure(exception) && !exception.Message.Contains("pooled connections are in use", StringComparison.Ordinal);

    internal override DbCommand CreateInnerCommand() => new MySqlCommand();

    internal override DbBatch CreateInnerBatch() => new MySqlBatch();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        StopFollowing();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        StopFollowing();
        return base.DisposeAsyncCore();
    }

    /// <summary>Takes a subscription that ends with the data source.</summary>
    internal void FollowedBy(IDisposable? changes) => _changes = changes;

    /// <summary>A closed connection of the driver's to the primary, past all routing, that has no database: to create one.</summary>
    internal MySqlConnection CreateConnectionWithoutDatabase()
    {
        ThrowIfDisposed();
        RoutedSource.NotePastRouting();
        lock (_creating)
        {
            // The program has a hand in it: where that throws, the next one tries.
            ObjectDisposedException.ThrowIf(_isEnding, this);
            return (_withoutDatabase ??= _servers.WithoutDatabase(PrimaryServer)).CreateConnection();
        }
    }

    private void StopFollowing()
    {
        lock (_membership)
        {
            _isEnding = true;
        }

        lock (_creating)
        {
            _withoutDatabase?.Dispose();
        }

        _changes?.Dispose();
        _monitor?.Stop();
    }
}
