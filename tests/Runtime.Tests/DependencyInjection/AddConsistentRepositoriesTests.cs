using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MonotonicReads.Runtime.Tests.DependencyInjection;

public class AddConsistentRepositoriesTests
{
    private static readonly ServiceProviderOptions Strict = new() { ValidateScopes = true, ValidateOnBuild = true };

    [Theory]
    [InlineData(ServiceLifetime.Singleton)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Transient)]
    public void A_closed_registration_is_decorated_and_keeps_its_lifetime(ServiceLifetime lifetime)
    {
        using var provider = Build(services =>
            services.Add(new ServiceDescriptor(typeof(IOrderRepository), typeof(OrderRepository), lifetime))
        );
        using var scope = provider.CreateScope();
        using var otherScope = provider.CreateScope();
        var first = scope.ServiceProvider.GetRequiredService<IOrderRepository>();
        var second = scope.ServiceProvider.GetRequiredService<IOrderRepository>();
        var other = otherScope.ServiceProvider.GetRequiredService<IOrderRepository>();
        Assert.IsType<ConsistentOrderRepository>(first);
        Assert.NotNull(first.SessionSeen());
        Assert.Equal(lifetime != ServiceLifetime.Transient, ReferenceEquals(first.Innermost, second.Innermost));
        Assert.Equal(lifetime == ServiceLifetime.Singleton, ReferenceEquals(first.Innermost, other.Innermost));
        Assert.Same(provider.GetRequiredService<Clock>(), first.Innermost.Clock);
    }

    [Theory]
    [InlineData("type")]
    [InlineData("factory")]
    [InlineData("interface factory")]
    [InlineData("open generic")]
    [InlineData("closed generic")]
    [InlineData("derived")]
    public void Every_kind_of_registration_keeps_each_lifetime_with_a_key_and_without(string kind)
    {
        foreach (var (lifetime, key) in Enum.GetValues<ServiceLifetime>().SelectMany(static l => new[] { (l, null), (l, "key") }))
        {
            var (service, asked) = Registration(kind, key, lifetime);
            using var provider = Build(services => services.Add(service));
            using var scope = provider.CreateScope();
            using var otherScope = provider.CreateScope();
            object Get(IServiceScope from) =>
                key is null ? from.ServiceProvider.GetRequiredService(asked) : from.ServiceProvider.GetRequiredKeyedService(asked, key);

            var first = Get(scope);
            Assert.StartsWith("Consistent", first.GetType().Name, StringComparison.Ordinal);
            Assert.Equal(lifetime != ServiceLifetime.Transient, ReferenceEquals(first, Get(scope)));
            Assert.Equal(lifetime == ServiceLifetime.Singleton, ReferenceEquals(first, Get(otherScope)));
            Assert.NotNull(first.GetType().GetMethod("SessionSeen")!.Invoke(first, null));
            if (key is not null)
            {
                Assert.Null(scope.ServiceProvider.GetService(asked));
                Assert.Null(scope.ServiceProvider.GetKeyedService(asked, "another key"));
            }
        }
    }

    [Fact]
    public void Without_the_call_nothing_is_decorated()
    {
        using var provider = new ServiceCollection()
            .AddSingleton<Clock>()
            .AddScoped<IOrderRepository, OrderRepository>()
            .BuildServiceProvider();
        using var scope = provider.CreateScope();
        Assert.IsType<OrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderRepository>());
    }

    [Fact]
    public void What_has_no_wrapper_stays_as_it_is()
    {
        var services = new ServiceCollection().AddSingleton<Clock>().AddScoped<IOrderRepository, PlainOrderRepository>();
        services.AddScoped<IDisposable>(_ => new MemoryStream());
        var before = services.ToArray();
        services.AddConsistentRepositories();
        Assert.Equal(before[..2], services.Take(2));
        using var provider = services.BuildServiceProvider(Strict);
        using var scope = provider.CreateScope();
        Assert.IsType<PlainOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderRepository>());
        Assert.IsType<MemoryStream>(scope.ServiceProvider.GetRequiredService<IDisposable>());
    }

    [Fact]
    public void Several_registrations_keep_their_order()
    {
        using var provider = Build(services =>
            services
                .AddTransient<IOrderRepository, OrderRepository>()
                .AddTransient<IOrderRepository, PlainOrderRepository>()
                .AddTransient<IOrderCounts, OrderRepository>()
        );
        using var scope = provider.CreateScope();
        Assert.Equal(
            [typeof(ConsistentOrderRepository), typeof(PlainOrderRepository)],
            scope.ServiceProvider.GetServices<IOrderRepository>().Select(repository => repository.GetType())
        );
        Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderCounts>());
        Assert.Empty(scope.ServiceProvider.GetServices<OrderRepository>());
    }

    [Fact]
    public void A_key_is_kept()
    {
        using var provider = Build(services =>
            services
                .AddKeyedScoped<IOrderRepository, OrderRepository>("type")
                .AddKeyedScoped<IOrderRepository>("factory", (provider, key) => Keyed(provider, key))
                .AddKeyedSingleton<IOrderRepository>("instance", new OrderRepository(new Clock()))
        );
        using var scope = provider.CreateScope();
        foreach (var key in new[] { "type", "factory", "instance" })
        {
            Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredKeyedService<IOrderRepository>(key));
        }

        Assert.Null(scope.ServiceProvider.GetService<IOrderRepository>());

        static OrderRepository Keyed(IServiceProvider provider, object? key)
        {
            Assert.Equal("factory", key);
            return new OrderRepository(provider.GetRequiredService<Clock>());
        }
    }

    [Fact]
    public void A_factory_is_decorated()
    {
        using var provider = Build(services =>
            services.AddScoped<IOrderRepository, OrderRepository>(provider => new OrderRepository(provider.GetRequiredService<Clock>()))
        );
        using var scope = provider.CreateScope();
        var repository = Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderRepository>());
        Assert.Same(repository, scope.ServiceProvider.GetRequiredService<IOrderRepository>());
        Assert.NotNull(repository.SessionSeen());
    }

    [Fact]
    public void A_factory_that_tells_only_the_interface_is_decided_by_what_it_returns()
    {
        using var provider = Build(services =>
            services
                .AddTransient<IOrderRepository>(provider => new OrderRepository(provider.GetRequiredService<Clock>()))
                .AddTransient<IOrderRepository>(_ => new PlainOrderRepository())
                .AddTransient<IOrderRepository>(provider => new ConsistentOrderRepository(
                    new OrderRepository(provider.GetRequiredService<Clock>())
                ))
        );
        using var scope = provider.CreateScope();
        var all = scope.ServiceProvider.GetServices<IOrderRepository>().ToArray();
        Assert.Equal(
            [typeof(ConsistentOrderRepository), typeof(PlainOrderRepository), typeof(ConsistentOrderRepository)],
            all.Select(repository => repository.GetType())
        );
        Assert.IsType<OrderRepository>(all[2].Innermost);
    }

    [Fact]
    public void A_factory_that_forwards_to_the_class_is_decorated()
    {
        using var provider = Build(services =>
            services
                .AddScoped<OrderRepository>()
                .AddScoped<IOrderRepository>(provider => provider.GetRequiredService<OrderRepository>())
                .AddScoped<IOrderCounts>(provider => provider.GetRequiredService<OrderRepository>())
        );
        using var scope = provider.CreateScope();
        var repository = Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderRepository>());
        Assert.Same(scope.ServiceProvider.GetRequiredService<OrderRepository>(), repository.Innermost);
        Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderCounts>());
    }

    [Fact]
    public void An_instance_is_decorated()
    {
        var instance = new OrderRepository(new Clock());
        using (var provider = Build(services => services.AddSingleton<IOrderRepository>(instance)))
        {
            Assert.Same(instance, Assert.IsType<ConsistentOrderRepository>(provider.GetRequiredService<IOrderRepository>()).Innermost);
        }

        Assert.False(instance.IsDisposed);
    }

    [Fact]
    public void An_open_generic_registration_is_decorated()
    {
        using var provider = Build(services => services.AddScoped(typeof(IRepository<>), typeof(Repository<>)));
        using var scope = provider.CreateScope();
        var repository = Assert.IsType<ConsistentRepository<int>>(scope.ServiceProvider.GetRequiredService<IRepository<int>>());
        Assert.NotNull(repository.SessionSeen());
        Assert.Same(repository, scope.ServiceProvider.GetRequiredService<IRepository<int>>());
        Assert.IsType<ConsistentRepository<string>>(scope.ServiceProvider.GetRequiredService<IRepository<string>>());
    }

    [Fact]
    public void A_closed_form_of_an_open_generic_repository_is_decorated()
    {
        using var provider = Build(services =>
            services
                .AddScoped<IRepository<int>, Repository<int>>()
                .AddScoped<IRepository<long>>(provider => new Repository<long>(provider.GetRequiredService<Clock>()))
                .AddKeyedScoped(typeof(IRepository<>), "open", typeof(Repository<>))
        );
        using var scope = provider.CreateScope();
        Assert.IsType<ConsistentRepository<int>>(scope.ServiceProvider.GetRequiredService<IRepository<int>>());
        Assert.IsType<ConsistentRepository<long>>(scope.ServiceProvider.GetRequiredService<IRepository<long>>());
        Assert.IsType<ConsistentRepository<int>>(scope.ServiceProvider.GetRequiredKeyedService<IRepository<int>>("open"));
    }

    [Fact]
    public void A_derived_wrapper_takes_the_place_of_its_class()
    {
        using var provider = Build(services =>
            services.AddScoped<ReportQueries>().AddKeyedTransient<ReportQueries>("key").AddScoped(typeof(DerivedBase<>))
        );
        using var scope = provider.CreateScope();
        var queries = Assert.IsType<ConsistentReportQueries>(scope.ServiceProvider.GetRequiredService<ReportQueries>());
        Assert.NotNull(queries.SessionSeen());
        Assert.Same(queries, scope.ServiceProvider.GetRequiredService<ReportQueries>());
        Assert.IsType<ConsistentReportQueries>(scope.ServiceProvider.GetRequiredKeyedService<ReportQueries>("key"));
        Assert.IsType<ConsistentDerivedBase<int>>(scope.ServiceProvider.GetRequiredService<DerivedBase<int>>());
    }

    [Fact]
    public void The_second_call_decorates_what_came_since_and_nothing_twice()
    {
        var services = new ServiceCollection()
            .AddSingleton<Clock>()
            .AddScoped<IOrderRepository, OrderRepository>()
            .AddScoped(typeof(IRepository<>), typeof(Repository<>))
            .AddSingleton<ReportQueries>()
            .AddConsistentRepositories();
        var count = services.Count;
        services.AddConsistentRepositories();
        Assert.Equal(count, services.Count);
        services.AddScoped<IOrderCounts, OrderRepository>().AddConsistentRepositories().AddConsistentRepositories();

        using var provider = services.BuildServiceProvider(Strict);
        using var scope = provider.CreateScope();
        Assert.IsType<OrderRepository>(
            Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderRepository>()).Innermost
        );
        Assert.IsType<ConsistentOrderRepository>(scope.ServiceProvider.GetRequiredService<IOrderCounts>());
        Assert.IsType<Repository<int>>(scope.ServiceProvider.GetRequiredService<IRepository<int>>().Innermost);
        Assert.IsType<ConsistentReportQueries>(provider.GetRequiredService<ReportQueries>());
    }

    [Fact]
    public void The_container_validates_as_before()
    {
        var missing = new ServiceCollection().AddScoped<IOrderRepository, OrderRepository>().AddConsistentRepositories();
        Assert.Contains(
            "Clock",
            Assert.Throws<AggregateException>(() => missing.BuildServiceProvider(Strict)).Message,
            StringComparison.Ordinal
        );

        var captive = new ServiceCollection()
            .AddScoped<Clock>()
            .AddSingleton<IOrderRepository, OrderRepository>()
            .AddConsistentRepositories();
        Assert.Contains(
            "scoped",
            Assert.Throws<AggregateException>(() => captive.BuildServiceProvider(Strict)).Message,
            StringComparison.Ordinal
        );

        using var provider = Build(services => services.AddScoped<IOrderRepository, OrderRepository>());
        Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IOrderRepository>());
    }

    [Fact]
    public void The_container_disposes_as_before()
    {
        using var provider = Build(services => services.AddScoped<IOrderRepository, OrderRepository>());
        OrderRepository innermost;
        using (var scope = provider.CreateScope())
        {
            innermost = scope.ServiceProvider.GetRequiredService<IOrderRepository>().Innermost;
            Assert.False(innermost.IsDisposed);
        }

        Assert.True(innermost.IsDisposed);
    }

    [Fact]
    public void What_cannot_be_decorated_is_named_with_what_to_do()
    {
        var services = new ServiceCollection()
            .AddSingleton<Clock>()
            .AddScoped<OrderRepository>()
            .AddKeyedScoped<OrderRepository>("k")
            .AddSingleton(new ReportQueries(new Clock()))
            .AddKeyedScoped("k", (_, _) => new ReportQueries(new Clock()))
            .AddScoped(typeof(Repository<>))
            .AddScoped(typeof(DerivedBase<>));
        var before = services.ToArray();
        var error = Assert.Throws<InvalidOperationException>(() => services.AddConsistentRepositories());
        Assert.Equal(5, error.Message.Split("\n- ").Length - 1);
        Assert.Contains(
            $"OrderRepository (key 'k'): its wrapper {typeof(OrderRepository).Namespace}.ConsistentOrderRepository is no {typeof(OrderRepository).Namespace}.OrderRepository: register it under an interface",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("cannot take an instance: register the type", error.Message, StringComparison.Ordinal);
        Assert.Contains("cannot take what a factory made: register the type", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, services);
    }

    [Fact]
    public void Open_generics_of_two_lifetimes_cannot_share_the_class_beside_them()
    {
        var services = new ServiceCollection()
            .AddSingleton<Clock>()
            .AddScoped(typeof(IRepository<>), typeof(Repository<>))
            .AddKeyedSingleton(typeof(IRepository<>), "k", typeof(Repository<>));
        Assert.Contains(
            "the same lifetime",
            Assert.Throws<InvalidOperationException>(() => services.AddConsistentRepositories()).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_interface_factory_of_a_class_that_cannot_be_wrapped_there_says_so()
    {
        using var provider = Build(services =>
            services.AddSingleton<ReportQueries>().AddTransient<object>(_ => new ReportQueries(new Clock()))
        );
        Assert.Contains(
            "Register the type",
            Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<object>()).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_subclass_of_a_repository_is_another_class()
    {
        using var provider = new ServiceCollection()
            .AddSingleton<Clock>()
            .AddTransient<IOrderRepository, SpecialOrderRepository>()
            .AddConsistentRepositories()
            .BuildServiceProvider(Strict);
        Assert.IsType<SpecialOrderRepository>(provider.GetRequiredService<IOrderRepository>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_wrapper_that_a_scan_registered_counts_as_its_class(bool isBesideIt)
    {
        using var provider = Build(services =>
        {
            foreach (var key in new[] { null, "key" })
            {
                services.Add(new(typeof(IOrderRepository), key, typeof(ConsistentOrderRepository), ServiceLifetime.Scoped));
                services.Add(new(typeof(IRepository<>), key, typeof(ConsistentRepository<>), ServiceLifetime.Scoped));
                services.Add(new(typeof(IRepository<string>), key, typeof(ConsistentRepository<string>), ServiceLifetime.Scoped));
                if (isBesideIt)
                {
                    services.Add(new(typeof(IOrderRepository), key, typeof(OrderRepository), ServiceLifetime.Scoped));
                    services.Add(new(typeof(IRepository<>), key, typeof(Repository<>), ServiceLifetime.Scoped));
                    services.Add(new(typeof(IRepository<string>), key, typeof(Repository<string>), ServiceLifetime.Scoped));
                }
            }

            services.AddScoped<IOrderCounts, ConsistentOrderRepository>();
            services.AddScoped<ConsistentOrderRepository>();
        });
        using var scope = provider.CreateScope();
        foreach (var key in new[] { null, "key" })
        {
            Assert.NotNull(Assert.Single(scope.ServiceProvider.GetKeyedServices<IOrderRepository>(key)).SessionSeen());
            Assert.NotNull(Assert.Single(scope.ServiceProvider.GetKeyedServices<IRepository<int>>(key)).SessionSeen());
            Assert.NotNull(scope.ServiceProvider.GetRequiredKeyedService<IRepository<string>>(key).SessionSeen());
        }

        Assert.NotNull(Assert.Single(scope.ServiceProvider.GetServices<IOrderCounts>()).SessionSeen());
        Assert.NotNull(scope.ServiceProvider.GetRequiredService<ConsistentOrderRepository>().SessionSeen());
    }

    [Fact]
    public void A_deriving_wrapper_beside_its_class_is_one_too_many()
    {
        using var provider = Build(services =>
            services.AddTransient<object, ReportQueries>().AddTransient<object, ConsistentReportQueries>()
        );
        Assert.IsType<ConsistentReportQueries>(Assert.Single(provider.GetServices<object>()));
    }

    [Fact]
    public void What_is_registered_by_hand_stays_as_it_is()
    {
        var services = new ServiceCollection()
            .AddSingleton<Clock>()
            .AddSingleton<OrderRepository>()
            .AddSingleton<IOrderRepository, ConsistentOrderRepository>()
            .AddTransient<ReportQueries, ConsistentReportQueries>();
        var before = services.ToArray();
        services.AddConsistentRepositories();
        Assert.Equal(before, services.Take(4));
        using var provider = services.BuildServiceProvider(Strict);
        var orders = provider.GetRequiredService<IOrderRepository>();
        Assert.NotNull(orders.SessionSeen());
        Assert.Same(provider.GetRequiredService<OrderRepository>(), orders.Innermost);
    }

    [Theory]
    [InlineData("type")]
    [InlineData("factory")]
    [InlineData("open generic")]
    [InlineData("closed generic")]
    [InlineData("derived")]
    public async Task A_host_does_not_start_with_a_repository_that_came_too_late(string kind)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<Clock>().AddConsistentRepositories().Add(Registration(kind, "k", ServiceLifetime.Scoped).Service);
        using (var host = builder.Build())
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
            Assert.Contains("once more there", error.Message, StringComparison.Ordinal);
        }

        var again = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        again.Services.AddSingleton<Clock>().AddConsistentRepositories().Add(Registration(kind, "k", ServiceLifetime.Scoped).Service);
        again.Services.AddConsistentRepositories();
        using (var host = again.Build())
        {
            await host.StartAsync();
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task A_host_starts_with_what_came_later_and_has_no_wrapper_there()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder
            .Services.AddSingleton<Clock>()
            .AddScoped<IOrderRepository, OrderRepository>()
            .AddConsistentRepositories()
            .AddScoped<OrderRepository>()
            .AddScoped<IOrderRepository, PlainOrderRepository>()
            .AddScoped<IOrderRepository>(_ => new PlainOrderRepository())
            .AddScoped<IOrderRepository, ConsistentOrderRepository>();
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public void A_typed_client_is_decorated_with_the_client_that_was_configured()
    {
        using var provider = Build(services =>
            services.AddHttpClient<ICatalog, CatalogClient>(static client => client.BaseAddress = new Uri("http://catalog"))
        );
        var client = Assert.IsType<ConsistentCatalogClient>(provider.GetRequiredService<ICatalog>());
        Assert.NotNull(client.SessionSeen());
        Assert.Equal("catalog", client.Http.BaseAddress!.Host);
        Assert.NotSame(client, provider.GetRequiredService<ICatalog>());
    }

    [Fact]
    public void A_typed_client_under_an_interface_of_another_assembly_is_found_too()
    {
        // Nothing else is registered that is declared beside the wrapper.
        var services = new ServiceCollection();
        services.AddHttpClient<ICloneable, CatalogClient>();
        using var provider = services.AddConsistentRepositories().BuildServiceProvider(Strict);
        Assert.Equal(true, provider.GetRequiredService<ICloneable>().Clone());
    }

    [Fact]
    public void Null_is_refused() =>
        Assert.Throws<ArgumentNullException>(() => ConsistentRepositoryServiceCollectionExtensions.AddConsistentRepositories(null!));

    private static (ServiceDescriptor Service, Type Asked) Registration(string kind, string? key, ServiceLifetime lifetime) =>
        kind switch
        {
            "type" => (new(typeof(IOrderRepository), key, typeof(OrderRepository), lifetime), typeof(IOrderRepository)),
            "factory" => (
                new(
                    typeof(IOrderRepository),
                    key,
                    (Func<IServiceProvider, object?, OrderRepository>)(
                        (provider, _) => new OrderRepository(provider.GetRequiredService<Clock>())
                    ),
                    lifetime
                ),
                typeof(IOrderRepository)
            ),
            "interface factory" => (
                new(typeof(IOrderRepository), key, (provider, _) => new OrderRepository(provider.GetRequiredService<Clock>()), lifetime),
                typeof(IOrderRepository)
            ),
            "open generic" => (new(typeof(IRepository<>), key, typeof(Repository<>), lifetime), typeof(IRepository<int>)),
            "closed generic" => (new(typeof(IRepository<int>), key, typeof(Repository<int>), lifetime), typeof(IRepository<int>)),
            _ => (new(typeof(ReportQueries), key, typeof(ReportQueries), lifetime), typeof(ReportQueries)),
        };

    private static ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection().AddSingleton<Clock>();
        register(services);
        return services.AddConsistentRepositories().BuildServiceProvider(Strict);
    }
}
