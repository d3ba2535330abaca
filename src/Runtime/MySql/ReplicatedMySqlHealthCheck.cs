using Microsoft.Extensions.Diagnostics.HealthChecks;
using MonotonicReads.MySql;

namespace MonotonicReads;

/// <summary>
/// Whether the servers of a data source answer, and whether its replicas get what the primary writes. Registered by
/// <c>services.AddHealthChecks().AddReplicatedMySql()</c>.
/// </summary>
/// <remarks>
/// <para>Unhealthy, or what the registration says: the primary cannot be reached or is none, or no server can. Degraded: a replica serves
/// no new sessions, does not replicate, accepts writes, or does not say how far behind it is, so that reads work with fewer replicas or
/// nobody knows how old they are; or a server was not looked at yet. A replica of weight 0 is out on purpose and changes nothing.</para>
/// <para>It says what the monitor knows and asks no server; a data source without a monitor is looked at then.</para>
/// </remarks>
/// <param name="source">The data source.</param>
public sealed class ReplicatedMySqlHealthCheck(ReplicatedMySqlDataSource source) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var servers = await source.LookForFaultsAsync(cancellationToken).ConfigureAwait(false);
        var (level, description) = HealthVerdict.Of(servers, source.PicksReplicasByProxy);
        return new HealthCheckResult(
            level == HealthStatus.Unhealthy ? context.Registration.FailureStatus : level,
            description,
            data: servers.ToDictionary(server => server.Name, server => (object)HealthVerdict.Describe(server), StringComparer.Ordinal)
        );
    }
}
