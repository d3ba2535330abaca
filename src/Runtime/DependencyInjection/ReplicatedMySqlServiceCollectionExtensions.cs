using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using MonotonicReads.Configuration;
using MonotonicReads.DependencyInjection;

namespace MonotonicReads;

/// <summary>Registers a <see cref="ReplicatedMySqlDataSource"/> in a container.</summary>
public static class ReplicatedMySqlServiceCollectionExtensions
{
    /// <summary>
    /// Registers the data source, as itself, as <see cref="ReplicatedDataSource"/> and as <see cref="DbDataSource"/>, from a section
    /// such as <c>{ "Primary": "Server=db0;...", "Replicas": [{ "Name": "r1", "ConnectionString": "...", "Weight": 2 }] }</c>. It
    /// follows the section: replicas and weights that change there change here, without a restart.
    /// </summary>
    /// <remarks>All mistakes are told at once, when the host starts or the data source is first asked for, as
    /// <see cref="OptionsValidationException"/>; a mistake in a later change is logged, and the replicas stay as they are.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section; see <see cref="ReplicatedMySqlOptions"/> for its keys.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddReplicatedMySqlDataSource(this IServiceCollection services, IConfigurationSection section) =>
        Add(services, key: null, section, configure: null);

    /// <summary>Registers the data source, as itself, as <see cref="ReplicatedDataSource"/> and as <see cref="DbDataSource"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; later changes by <see cref="IOptionsMonitor{TOptions}"/> are followed.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddReplicatedMySqlDataSource(
        this IServiceCollection services,
        Action<ReplicatedMySqlOptions> configure
    ) => Add(services, key: null, section: null, configure);

    /// <summary>Registers a keyed data source from a section.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key of the services, and the name of their options.</param>
    /// <param name="section">The section; see <see cref="ReplicatedMySqlOptions"/> for its keys.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKeyedReplicatedMySqlDataSource(
        this IServiceCollection services,
        string key,
        IConfigurationSection section
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(services, key, section, configure: null);
    }

    /// <summary>Registers a keyed data source.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key of the services, and the name of their options.</param>
    /// <param name="configure">Sets the options; later changes by <see cref="IOptionsMonitor{TOptions}"/> are followed.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKeyedReplicatedMySqlDataSource(
        this IServiceCollection services,
        string key,
        Action<ReplicatedMySqlOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(services, key, section: null, configure);
    }

    private static IServiceCollection Add(
        IServiceCollection services,
        string? key,
        IConfigurationSection? section,
        Action<ReplicatedMySqlOptions>? configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        if (section is null)
        {
            ArgumentNullException.ThrowIfNull(configure);
        }

        var name = key ?? Options.DefaultName;
        var options = services.AddOptions<ReplicatedMySqlOptions>(name);
        if (section is not null)
        {
            options.Configure(o => OptionsReader.Read(section, o));
            services.AddSingleton<IOptionsChangeTokenSource<ReplicatedMySqlOptions>>(new SectionChanges(name, section));
        }
        else
        {
            options.Configure(configure!);
        }

        if (key is null)
        {
            services.TryAddSingleton(provider => Build(provider, name));
            services.AddSingleton(new RegisteredDataSource(static provider => provider.GetRequiredService<ReplicatedMySqlDataSource>()));
            services.TryAddSingleton<ReplicatedDataSource>(provider => provider.GetRequiredService<ReplicatedMySqlDataSource>());
            services.TryAddSingleton<DbDataSource>(provider => provider.GetRequiredService<ReplicatedMySqlDataSource>());
            services.AddSingleton<IHostedService>(provider => new DataSourceStart(
                () => provider.GetRequiredService<ReplicatedMySqlDataSource>(),
                provider.GetRequiredService<IOptionsMonitor<ReplicatedMySqlOptions>>().Get(name)
            ));
        }
        else
        {
            services.TryAddKeyedSingleton(key, (provider, _) => Build(provider, name));
            services.AddSingleton(new RegisteredDataSource(provider => provider.GetRequiredKeyedService<ReplicatedMySqlDataSource>(key)));
            services.TryAddKeyedSingleton<ReplicatedDataSource>(
                key,
                (provider, k) => provider.GetRequiredKeyedService<ReplicatedMySqlDataSource>(k)
            );
            services.TryAddKeyedSingleton<DbDataSource>(
                key,
                (provider, k) => provider.GetRequiredKeyedService<ReplicatedMySqlDataSource>(k)
            );
            services.AddSingleton<IHostedService>(provider => new DataSourceStart(
                () => provider.GetRequiredKeyedService<ReplicatedMySqlDataSource>(key),
                provider.GetRequiredService<IOptionsMonitor<ReplicatedMySqlOptions>>().Get(name)
            ));
        }

        return services;
    }

    private static ReplicatedMySqlDataSource Build(IServiceProvider provider, string name)
    {
        var monitor = provider.GetRequiredService<IOptionsMonitor<ReplicatedMySqlOptions>>();
        var options = monitor.Get(name);
        if (OptionsCheck.Failures(options) is { Count: > 0 } failures)
        {
            throw new OptionsValidationException(name, typeof(ReplicatedMySqlOptions), failures);
        }

        var source = OptionsCheck.Build(name, options, provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>());
        source.FollowedBy(
            monitor.OnChange(
                (changed, changedName) =>
                {
                    if (changedName == name)
                    {
                        Follow(source, options, changed);
                    }
                }
            )
        );
        return source;
    }

    private static void Follow(ReplicatedMySqlDataSource source, ReplicatedMySqlOptions atStart, ReplicatedMySqlOptions changed)
    {
        try
        {
            if (OptionsCheck.Failures(changed) is { Count: > 0 } failures)
            {
                source.Routed.Reports.ChangeRefused(string.Join(" ", failures));
            }
            else
            {
                source.UpdateReplicas([.. changed.Replicas]);
                if (OptionsCheck.FixedAtStart(atStart, changed) is { Count: > 0 } settings)
                {
                    source.Routed.Reports.ChangeNeedsRestart(string.Join(", ", settings));
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The change came while the data source was disposed: nobody reads from it any more.
        }
        catch (Exception exception)
            when (exception is ArgumentException or InvalidOperationException or OverflowException or NotSupportedException)
        {
            // A proxy's dialect takes fewer changes than starts.
            source.Routed.Reports.ChangeRefused(exception.Message);
        }
    }

    private sealed class SectionChanges(string name, IConfigurationSection section) : IOptionsChangeTokenSource<ReplicatedMySqlOptions>
    {
        public string Name => name;

        public IChangeToken GetChangeToken() => section.GetReloadToken();
    }
}
