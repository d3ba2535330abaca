using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MonotonicReads;

/// <summary>Everything that is wrong with options, all at once. No message has a connection string in it.</summary>
internal static class OptionsCheck
{
    public static List<string> Failures(ReplicatedMySqlOptions options)
    {
        var failures = new List<string>(options.Unread);
        var servers = new MySqlServers(options.ForPomelo, options.AllowWritableReplicas, TimeProvider.System, NullLoggerFactory.Instance);
        if (options.Primary is null)
        {
            failures.Add("Primary is missing: the primary's connection string.");
        }
        else
        {
            Try(failures, () => servers.Parse(ReplicaSet.PrimaryName, options.Primary));
        }

        // One by one first, so that a bad replica does not hide the next one.
        foreach (var replica in options.Replicas)
        {
            Try(failures, () => ReplicaSet.Check(hasPrimary: true, [replica with { Weight = replica.Weight == 0 ? 1 : replica.Weight }]));
            if (!string.IsNullOrWhiteSpace(replica.Name))
            {
                Try(failures, () => servers.Parse(replica.Name, replica.ConnectionString));
            }
        }

        Try(failures, () => ReplicaSet.Check(hasPrimary: true, [.. options.Replicas]));
        Try(failures, () => options.Monitor?.Check());
        if (options.DrainTimeout < TimeSpan.Zero)
        {
            failures.Add("DrainTimeout must not be negative.");
        }

        return failures;
    }

    public static ReplicatedMySqlDataSource Build(string? name, ReplicatedMySqlOptions options, ILoggerFactory? loggerFactory, TimeProvider? time)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseName(string.IsNullOrWhiteSpace(name) ? ReplicaSet.DefaultName : name)
            .UsePrimary(options.Primary!)
            .UseSelector(options.Selector == ReplicaSelection.WeightedRendezvous ? ReplicaSelectors.WeightedRendezvous : ReplicaSelectors.WeightedModulo)
            .UseLoggerFactory(loggerFactory ?? NullLoggerFactory.Instance)
            .UseTimeProvider(time ?? TimeProvider.System);
        foreach (var replica in options.Replicas)
        {
            builder.AddReplica(replica.Name, replica.ConnectionString, replica.Weight);
        }

        builder = options.ForPomelo ? builder.ForPomelo() : builder;
        builder = options.AllowWritableReplicas ? builder.AllowWritableReplicas() : builder;
        builder = options.DrainTimeout is { } drain ? builder.UseDrainTimeout(drain) : builder;
        return (options.Monitor is { } monitor ? builder.UseMonitor(monitor) : builder).Build();
    }

    /// <summary>The settings that differ although a running data source cannot follow them.</summary>
    public static List<string> FixedAtStart(ReplicatedMySqlOptions atStart, ReplicatedMySqlOptions now) =>
        [.. Fixed(atStart).Zip(Fixed(now)).Where(pair => !Equals(pair.First.Value, pair.Second.Value)).Select(pair => pair.First.Name)];

    private static IEnumerable<(string Name, object? Value)> Fixed(ReplicatedMySqlOptions options) =>
    [
        (nameof(options.Primary), options.Primary),
        (nameof(options.Selector), options.Selector),
        (nameof(options.ForPomelo), options.ForPomelo),
        (nameof(options.AllowWritableReplicas), options.AllowWritableReplicas),
        (nameof(options.DrainTimeout), options.DrainTimeout),
        (nameof(options.Monitor), options.Monitor is { } m ? (m.Interval, m.Jitter, m.Timeout, m.FailuresUntilDown, m.SuccessesUntilUp, m.MaxLag, m.MovesLaggingSessions, m.HeartbeatQuery) : null),
    ];

    private static void Try(List<string> failures, Action check)
    {
        try
        {
            check();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or OverflowException)
        {
            if (!failures.Contains(exception.Message))
            {
                failures.Add(exception.Message);
            }
        }
    }
}
