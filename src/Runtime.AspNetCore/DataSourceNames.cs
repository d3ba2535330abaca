using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MonotonicReads.DependencyInjection;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// Which data sources the application has, as far as its container tells. A token may name others: positions of a service that was called,
/// which travel on to it.
/// </summary>
internal sealed class DataSourceNames(
    IOptions<RequestSessionOptions> options,
    IServiceProvider services,
    IEnumerable<RegisteredDataSource> registered,
    RegisteredServices all,
    ILoggerFactory loggers
)
{
    private readonly ILogger _logger = loggers.CreateLogger(RequestSessionLog.Category);
    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);
    private readonly Lazy<SourceName[]> _known = new(() =>
        [
            .. registered
                .Select(source => source.Get(services))
                .Append(all.SingleOf(services, typeof(ReplicatedMySqlDataSource)) as ReplicatedDataSource)
                .Append(all.SingleOf(services, typeof(ReplicatedDataSource)) as ReplicatedDataSource)
                .OfType<ReplicatedDataSource>()
                .Select(source => source.Routed.Name)
                .Distinct(),
        ]
    );

    /// <summary>Says what names nobody here knows, once for each.</summary>
    /// <exception cref="SessionTokenException">There is one, and the options refuse it.</exception>
    public void Check(SessionToken token)
    {
        foreach (var state in token.Sources)
        {
            if (!Knows(state))
            {
                var name = SourceName.Shown(state.Name);
                if (options.Value.RefusesUnknownSources)
                {
                    throw new SessionTokenException(
                        $"The session token carries a position of data source '{name}', which this application does not have."
                    );
                }

                if (_noted.TryAdd(state.Name, true))
                {
                    RequestSessionLog.SourceIsUnknown(_logger, name);
                }
            }
        }
    }

    /// <summary>Whether a state is of a data source that is here.</summary>
    // Where the container has none, the application makes them by hand, and nobody can tell.
    public bool Knows(SourceState state) =>
        _known.Value.Length == 0
            ? !options.Value.RefusesUnknownSources
            : Array.Exists(_known.Value, source => source.Match(state.Name) != NameMatch.Other);
}

/// <summary>What the application has registered: one data source for each scope, as for each tenant, has no name that holds for
/// all.</summary>
internal sealed class RegisteredServices(IServiceCollection all)
{
    /// <summary>The one that there is for the whole application; null for none.</summary>
    public object? SingleOf(IServiceProvider services, Type type) =>
        all.LastOrDefault(service => service.ServiceType == type && !service.IsKeyedService) is { Lifetime: ServiceLifetime.Singleton }
            ? services.GetService(type)
            : null;
}
