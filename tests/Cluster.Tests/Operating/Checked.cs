using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>An application's services with a data source and its health check, as users register them.</summary>
internal sealed class Checked : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public Checked(string primary, IEnumerable<string> replicas, Action<ReplicatedMySqlOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReplicatedMySqlDataSource(options =>
        {
            options.Primary = primary;
            foreach (var replica in replicas)
            {
                options.Replicas.Add(new ReplicaSettings($"replica{options.Replicas.Count + 1}", replica));
            }

            options.Monitor = Often();
            configure?.Invoke(options);
        });
        services.AddHealthChecks().AddReplicatedMySql();
        _services = services.BuildServiceProvider();
    }

    /// <summary>Looks as often as a test can wait for.</summary>
    public static MonitorOptions Often(Action<MonitorOptions>? more = null)
    {
        var options = new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(5) };
        more?.Invoke(options);
        return options;
    }

    public ReplicatedMySqlDataSource Source => _services.GetRequiredService<ReplicatedMySqlDataSource>();

    public async Task<HealthReportEntry> CheckAsync() =>
        (await _services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["replicated-mysql"];

    /// <summary>Checks again and again until the answer is such.</summary>
    /// <exception cref="TimeoutException">It did not come within a minute; the message has the last one.</exception>
    public async Task<HealthReportEntry> UntilAsync(Func<HealthReportEntry, bool> isSo)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
        {
            var entry = await CheckAsync();
            if (isSo(entry))
            {
                return entry;
            }

            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException($"The last answer was: {Text(entry)}");
            }
        }
    }

    /// <summary>Waits until the states of the servers are such.</summary>
    public async Task<IReadOnlyList<ServerState>> StatesAsync(Func<IReadOnlyList<ServerState>, bool> areSo)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
        {
            var states = Source.GetServers();
            if (areSo(states))
            {
                return states;
            }

            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException($"The last states were: {string.Join("; ", states)}");
            }
        }
    }

    /// <summary>As an operator reads it; what differs from run to run is left out.</summary>
    public static string Text(HealthReportEntry entry) =>
        $"{entry.Status}: {entry.Description}"
        + string.Concat(
            entry.Data.Select(one =>
                $"\n  {one.Key}: {System.Text.RegularExpressions.Regex.Replace((string)one.Value, ", position [^ ]+?(?=:|$)", "")}"
            )
        );

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
