using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MonotonicReads.AspNetCore;

/// <summary>Read sessions for web requests.</summary>
public static class ReadSessionExtensions
{
    /// <summary>
    /// Sets how requests get their sessions, and adds the data protection that protects their tokens. Each call of a SignalR hub is a
    /// unit of work from then on, with a session that goes on from the call before, and a Blazor Server circuit has one session;
    /// annotations on the hub and its methods count, <c>[Eventual("...")]</c> for none.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; <see langword="null"/> for the defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddReadSessions(this IServiceCollection services, Action<RequestSessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddTokens(services);
        if (!services.Any(service => !service.IsKeyedService && service.ImplementationType == typeof(HubSessionFilter)))
        {
            // Before the application's own filters, whichever call was first: they run in the session too.
            services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<HubOptions>, HubSessionFilter>());
        }

        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, CircuitSessionHandler>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return services;
    }

    /// <summary>
    /// Keeps what a user's requests saw in the application's <c>IDistributedCache</c> too, so that requests which run side by side do not
    /// forget what the other saw. Costs a question to the cache for each request, and a change where something new was seen.
    /// </summary>
    /// <param name="services">The services, with a cache such as <c>AddStackExchangeRedisCache</c> or, for a single process,
    /// <c>AddDistributedMemoryCache</c>.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddSessionPositionStore(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<ISessionPositionStore>(provider => new DistributedCachePositionStore(
            provider.GetService<IDistributedCache>()
                ?? throw new InvalidOperationException(
                    "AddSessionPositionStore() keeps positions in an IDistributedCache, and none is registered: call "
                        + "AddDistributedMemoryCache() for a single process, or add a shared cache."
                )
        ));
        return services;
    }

    /// <summary>
    /// Gives every request a read session. A cookie carries what it saw to the user's next request, so that pages which are requested
    /// after the previous answer arrived never go back in time, and show what the user wrote where the level is causal. Requests
    /// of one user that run side by side are not ordered, and need <see cref="AddSessionPositionStore"/> for the next one to see what both
    /// saw.
    /// </summary>
    /// <remarks>Put it after <c>UseRouting()</c>, so that it sees an endpoint's annotation: <c>[Causal]</c> on an action, on a minimal
    /// API's handler, or <c>.WithMetadata(new CausalAttribute())</c>.</remarks>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="app"/> is <see langword="null"/>.</exception>
    public static IApplicationBuilder UseReadSessions(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.ApplicationServices;
        var tokens =
            services.GetService<CarriedTokens>()
            ?? throw new InvalidOperationException("UseReadSessions() needs services.AddReadSessions().");
        KeyRepositoryCheck.Run(services, services.GetRequiredService<ILoggerFactory>().CreateLogger(RequestSessionLog.Category));
        return app.Use(next => new RequestSessionMiddleware(next, tokens).InvokeAsync);
    }

    /// <summary>
    /// Lets this client's requests carry the running session to another of our services, which takes it by <see
    /// cref="RequestSessionOptions.UsesHeader"/>, whether or not it read anything here; and takes back what that service saw and wrote:
    /// later reads of the session contain it. Both need the same key: <see cref="RequestSessionOptions.Tokens"/>. Also for gRPC clients
    /// (<c>AddGrpcClient</c>).
    /// </summary>
    /// <param name="client">The client.</param>
    /// <returns>The same client.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddReadSession(this IHttpClientBuilder client)
    {
        ArgumentNullException.ThrowIfNull(client);
        AddTokens(client.Services);
        return client.AddHttpMessageHandler<SessionHeaderHandler>();
    }

    private static void AddTokens(IServiceCollection services)
    {
        services.AddDataProtection();
        services.AddOptions<RequestSessionOptions>();
        services.TryAddSingleton(new RegisteredServices(services));
        services.TryAddSingleton<SessionKeys>();
        services.TryAddSingleton<SessionStore>();
        services.TryAddSingleton<DataSourceNames>();
        services.TryAddSingleton<CarriedTokens>();
        services.TryAddSingleton<CircuitSessions>();
        services.TryAddTransient<SessionHeaderHandler>();
    }
}
