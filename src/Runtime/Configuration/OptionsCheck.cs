using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.MySql;
using MonotonicReads.Proxies;
using MonotonicReads.Routing;

namespace MonotonicReads.Configuration;

/// <summary>Everything that is wrong with options, all at once. No message has a connection string in it.</summary>
internal static class OptionsCheck
{
    public static List<string> Failures(ReplicatedMySqlOptions options)
    {
        var failures = new List<string>(options.Unread);
        var servers = new MySqlServers(options.ForPomelo, options.AllowWritableReplicas, new DriverHooks(), NullLoggerFactory.Instance);
        if (options.Primary is not null)
        {
            Try(failures, () => servers.Parse(ReplicaSet.PrimaryName, options.Primary));
        }
        else if (options.Proxy is null)
        {
            failures.Add("Primary is missing: the primary's connection string.");
        }

        // One by one first, so that a bad replica does not hide the next one.
        foreach (var replica in options.Replicas)
        {
            Try(failures, () => ReplicaSet.Check(hasPrimary: true, [replica with { Weight = replica.Weight == 0 ? 1 : replica.Weight }]));
            if (!string.IsNullOrWhiteSpace(replica.Name) && (options.Proxy is null || replica.ConnectionString.Length > 0))
            {
                Try(failures, () => servers.Parse(replica.Name, replica.ConnectionString));
            }
        }

        if (options.Proxy is not { Dialect: { NamesServers: false } } || options.Replicas.Count > 0)
        {
            Try(failures, () => ReplicaSet.Check(hasPrimary: true, [.. options.Replicas]));
        }

        if (options.Proxy is { } proxy)
        {
            CheckProxy(failures, options, proxy, servers);
        }

        Try(failures, () => options.Monitor?.Check());
        Try(failures, () => options.SeriesDetector?.Check());
        Try(failures, () => new SourceSettings().UseReplicaLoss(options.OnReplicaLoss));
        if (options.Name is { } name)
        {
            Try(failures, () => ReplicaSet.CheckedName(name));
        }

        if (options.DrainTimeout < TimeSpan.Zero)
        {
            failures.Add("DrainTimeout must not be negative.");
        }

        return failures;
    }

    private static void CheckProxy(List<string> failures, ReplicatedMySqlOptions options, ProxyOptions proxy, MySqlServers servers)
    {
        if (string.IsNullOrWhiteSpace(proxy.ConnectionString))
        {
            failures.Add("Proxy has no ConnectionString.");
        }
        else
        {
            Try(failures, () => servers.ParseProxy(proxy.Dialect, proxy.ConnectionString));
        }

        if (proxy.Dialect is { } dialect)
        {
            Try(failures, () => dialect.Check([.. options.Replicas.Select(replica => replica.Name)]));
            Try(failures, () => ProxyRoute.ThrowIfNotKept(dialect, ReadConsistency.Monotonic, options.OnReplicaLoss));
        }
        else if (options.Unread.Count == 0)
        {
            failures.Add("Proxy has no Dialect: ShopifyFork, ProxySql, MaxScale or SqlCommenter.");
        }
    }

    public static ReplicatedMySqlDataSource Build(
        string? name,
        ReplicatedMySqlOptions options,
        ILoggerFactory? loggerFactory,
        TimeProvider? time
    )
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseReplicaLoss(options.OnReplicaLoss)
            .UseSelector(
                options.Selector == ReplicaSelection.WeightedRendezvous
                    ? ReplicaSelectors.WeightedRendezvous
                    : ReplicaSelectors.WeightedModulo
            )
            .UseLoggerFactory(loggerFactory ?? NullLoggerFactory.Instance)
            .UseTimeProvider(time ?? TimeProvider.System);
        if ((options.Name ?? name) is { Length: > 0 } given)
        {
            builder.UseName(given);
        }

        foreach (var replica in options.Replicas)
        {
            builder.AddReplica(replica.Name, replica.ConnectionString, replica.Weight);
        }

        builder = options.Primary is { } primary ? builder.UsePrimary(primary) : builder;
        builder = options.Proxy is { } proxy ? builder.UseProxy(proxy.ConnectionString, proxy.Dialect!) : builder;
        builder = options.ForPomelo ? builder.ForPomelo() : builder;
        builder = options.AllowDivergedReplicas ? builder.AllowDivergedReplicas() : builder;
        builder = options.AllowWritableReplicas ? builder.AllowWritableReplicas() : builder;
        builder = options.DrainTimeout is { } drain ? builder.UseDrainTimeout(drain) : builder;
        Watch(builder, options);
        options.ConfigureBuilder?.Invoke(builder);
        return builder.Build();
    }

    private static void Watch(ReplicatedMySqlDataSourceBuilder builder, ReplicatedMySqlOptions options)
    {
        if (options.Monitor is { } monitor && options.Proxy is not { Dialect.NamesServers: false })
        {
            builder.UseMonitor(monitor);
        }

        if (options.SeriesDetector is { } detector)
        {
            builder.UseSeriesDetector(detector);
        }
    }

    /// <summary>The settings that differ although a running data source cannot follow them.</summary>
    public static List<string> FixedAtStart(ReplicatedMySqlOptions atStart, ReplicatedMySqlOptions now) =>
        [.. Fixed(atStart).Zip(Fixed(now)).Where(pair => !Equals(pair.First.Value, pair.Second.Value)).Select(pair => pair.First.Name)];

    private static IEnumerable<(string Name, object? Value)> Fixed(ReplicatedMySqlOptions options) =>
        [
            (nameof(options.Primary), options.Primary),
            (nameof(options.Name), options.Name),
            (nameof(options.Selector), options.Selector),
            (nameof(options.ForPomelo), options.ForPomelo),
            (nameof(options.AllowWritableReplicas), options.AllowWritableReplicas),
            (nameof(options.AllowDivergedReplicas), options.AllowDivergedReplicas),
            (nameof(options.DrainTimeout), options.DrainTimeout),
            (nameof(options.OnReplicaLoss), options.OnReplicaLoss),
            (nameof(options.Proxy), Comparable(options.Proxy)),
            (
                nameof(options.SeriesDetector),
                options.SeriesDetector is { } d ? (d.SampleRate, d.ReportFile, d.UnitTimeout, string.Join(';', d.UserAssemblies)) : null
            ),
            (
                nameof(options.Monitor),
                options.Monitor is { } m
                    ? (
                        m.Interval,
                        m.Jitter,
                        m.Instances,
                        m.MaxLooksPerSecond,
                        m.Timeout,
                        m.FailuresUntilDown,
                        m.SuccessesUntilUp,
                        m.MaxLag,
                        m.MovesLaggingSessions,
                        m.HeartbeatQuery
                    )
                    : null
            ),
        ];

    // Each reading of the settings makes a dictionary of its own, which equals no other.
    private static object? Comparable(ProxyOptions? proxy) =>
        proxy?.Dialect is ProxySqlDialect { ReplicaHostgroups: { } hostgroups } dialect
            ? (
                proxy.ConnectionString,
                dialect with
                {
                    ReplicaHostgroups = null,
                },
                string.Join(
                    ';',
                    hostgroups.OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key}={group.Value}")
                )
            )
            : (proxy?.ConnectionString, proxy?.Dialect);

    private static void Try(List<string> failures, Action check)
    {
        try
        {
            check();
        }
        catch (Exception exception)
            when (exception is ArgumentException or InvalidOperationException or OverflowException or NotSupportedException)
        {
            if (!failures.Contains(exception.Message))
            {
                failures.Add(exception.Message);
            }
        }
    }
}
