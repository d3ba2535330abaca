using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MonotonicReads;

/// <summary>Adds the health check of a <see cref="ReplicatedMySqlDataSource"/>.</summary>
public static class ReplicatedMySqlHealthChecksBuilderExtensions
{
    private const string DefaultName = "replicated-mysql";

    /// <summary>
    /// Adds a check of the registered <see cref="ReplicatedMySqlDataSource"/>; see <see cref="ReplicatedMySqlHealthCheck"/> for what
    /// makes it degraded and what unhealthy.
    /// </summary>
    /// <param name="builder">What <c>services.AddHealthChecks()</c> returns.</param>
    /// <param name="name">The check's name; <see langword="null"/> for <c>replicated-mysql</c>, with the key behind it for a keyed data
    /// source.</param>
    /// <param name="failureStatus">What is reported where the primary or every server is out of reach; <see langword="null"/> for
    /// <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags by which checks are picked; <see langword="null"/> for none.</param>
    /// <param name="timeout">How long the check may take; <see langword="null"/> for as long as it takes.</param>
    /// <param name="serviceKey">The key of the data source; <see langword="null"/> for the one without.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHealthChecksBuilder AddReplicatedMySql(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null,
        object? serviceKey = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(
            new HealthCheckRegistration(
                name ?? (serviceKey is null ? DefaultName : $"{DefaultName}-{serviceKey}"),
                provider => new ReplicatedMySqlHealthCheck(
                    serviceKey is null
                        ? provider.GetRequiredService<ReplicatedMySqlDataSource>()
                        : provider.GetRequiredKeyedService<ReplicatedMySqlDataSource>(serviceKey)
                ),
                failureStatus,
                tags,
                timeout
            )
        );
    }
}
