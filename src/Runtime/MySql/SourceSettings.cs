using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.Proxies;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.MySql;

/// <summary>What a program sets of a data source besides its servers.</summary>
internal sealed class SourceSettings
{
    /// <summary>Null for none.</summary>
    public string? Name { get; set; }

    public IReplicaSelector Selector { get; set; } = ReplicaSelectors.WeightedModulo;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    public bool AllowsDivergedReplicas { get; set; }

    public bool RecordsDecisions { get; set; }

    public SeriesDetectorOptions? SeriesDetector { get; set; }

    public TimeSpan? DrainTimeout { get; set; }

    public ReplicaLoss OnReplicaLoss { get; private set; }

    /// <exception cref="ArgumentException">A policy that no data source can have, or no value of the enumeration.</exception>
    public void UseReplicaLoss(ReplicaLoss policy) =>
        OnReplicaLoss = policy switch
        {
            ReplicaLoss.Restart => throw new ArgumentException(
                "ReplicaLoss.Restart is no policy of a data source, which cannot run a session's reads again: declare it on members, with "
                    + "[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)], or run the reads by RestartableReads.",
                nameof(policy)
            ),
            _ when Enum.IsDefined(policy) => policy,
            _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "No value of ReplicaLoss."),
        };

    /// <summary>The same behind a proxy.</summary>
    /// <param name="servers">Makes its servers.</param>
    /// <param name="replicas">The replicas that it was told of.</param>
    /// <param name="text">The connection string of the proxy.</param>
    /// <param name="monitor">How the servers are watched; null for the default.</param>
    /// <param name="proxy">The proxy.</param>
    public ReplicatedMySqlDataSource CreateBehind(
        MySqlServers servers,
        IReadOnlyList<ReplicaSettings> replicas,
        MySqlConnectionStringBuilder text,
        MonitorOptions? monitor,
        ProxyRoute proxy
    )
    {
        // Nothing else notices behind a proxy that a server was restarted, or that another answers for it.
        var primary = servers.CreatePrimary(null);
        return proxy.Dialect.NamesServers
            ? Create(servers, primary, servers.CreateReplicas(servers.Parsed(replicas)), text, monitor ?? new MonitorOptions(), proxy)
            : Create(servers, primary, new ReplicaTable([(proxy.Anywhere, 1)]), text, monitor: null, proxy);
    }

    /// <summary>Makes the data source; connects to nothing.</summary>
    /// <param name="servers">Makes its servers.</param>
    /// <param name="primary">The primary.</param>
    /// <param name="replicas">The replicas.</param>
    /// <param name="text">The connection string of the primary, or of the proxy.</param>
    /// <param name="monitor">How the servers are watched; null for not at all.</param>
    /// <param name="proxy">What stands before them; null for nothing.</param>
    public ReplicatedMySqlDataSource Create(
        MySqlServers servers,
        RoutedServer primary,
        ReplicaTable replicas,
        MySqlConnectionStringBuilder text,
        MonitorOptions? monitor,
        ProxyRoute? proxy = null
    ) =>
        new(
            new ReplicaSet(primary, replicas, Selector, Time, LoggerFactory)
            {
                Name = ReplicaSet.NameOf(Name, text.Database, string.Create(CultureInfo.InvariantCulture, $"{text.Server}:{text.Port}")),
                OwnsServers = true,
                HasPositions = proxy is null or { Dialect.NamesServers: true } or { Dialect.NamesPrimary: true },
                JoinsTransactions = new MySqlConnectionStringBuilder(primary.Pool.ConnectionString).AutoEnlist,
                RecordsDecisions = RecordsDecisions,
                SeriesDetector = SeriesDetector,
                AllowsDivergedReplicas = AllowsDivergedReplicas,
                DrainTimeout = DrainTimeout,
                OnReplicaLoss = OnReplicaLoss,
                Proxy = proxy,
            },
            servers,
            monitor
        );
}
