using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MonotonicReads;

/// <summary>
/// What the monitor knows, as a health check: unhealthy where the primary is down, degraded where a replica is kept out or
/// nothing is monitored. Asks no server. <c>services.AddHealthChecks().AddCheck&lt;ReplicatedMySqlHealthCheck&gt;("mysql")</c>.
/// </summary>
/// <param name="source">The data source.</param>
public sealed class ReplicatedMySqlHealthCheck(ReplicatedMySqlDataSource source) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var servers = source.GetServers();
        var data = servers.ToDictionary(server => server.Name, server => (object)Describe(server), StringComparer.Ordinal);
        return Task.FromResult(
            servers[0].Health == ServerHealth.Down
                ? new HealthCheckResult(context.Registration.FailureStatus, "The primary is down.", data: data)
            : servers.Any(server => server.CheckedAt is null)
                ? HealthCheckResult.Degraded("Not every server was looked at yet; without UseMonitor() none is.", data: data)
            : servers.Where(server => server.IsKeptOut).Select(server => server.Name).ToList() is { Count: > 0 } keptOut
                ? HealthCheckResult.Degraded($"Kept out of new draws: {string.Join(", ", keptOut)}.", data: data)
            : HealthCheckResult.Healthy("All servers are up.", data)
        );
    }

    private static string Describe(ServerState server) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{server.Health}, weight {server.Weight}, lag {(server.Lag is { } lag ? lag.TotalSeconds + " s" : "unknown")}, position "
                + $"{server.Position}"
        );
}
