namespace MonotonicReads.Generator.Tests.Scanning;

/// <summary>Libraries that register what they find in an assembly find the classes, and the wrapper of each only once.</summary>
public class ScanTests
{
    [Theory]
    [InlineData("AsImplementedInterfaces()")]
    [InlineData("AsSelfWithInterfaces()")]
    public Task Scrutor_registers_the_classes_alone(string how) =>
        ScannedShop.RunAsync(
            $$"""
            var services = new ServiceCollection();
            services.Scan(s => s.FromAssemblyOf<IOrders>().AddClasses(c => c.InNamespaceOf<IOrders>().Where(t => !t.IsGenericTypeDefinition), publicOnly: false)
                .{{how}}.WithScopedLifetime());
            services.Scan(s => s.FromAssemblyOf<IOrders>().AddClasses(c => c.AssignableTo(typeof(IRead<>))).AsImplementedInterfaces().WithScopedLifetime());
            Same(0, services.Count(s => s.ServiceType.Name.StartsWith("Consistent") || s.ImplementationType?.Name.StartsWith("Consistent") == true));
            services.TryAddSingleton<Clock>();
            services.AddConsistentRepositories();
            using var provider = services.BuildServiceProvider(Strict);
            using var scope = provider.CreateScope();
            Orders(scope.ServiceProvider);
            Steps(scope.ServiceProvider);
            Same("ConsistentRead`1", Names<IRead<int>>(scope.ServiceProvider));
            Same(true, scope.ServiceProvider.GetRequiredService<IRead<int>>().HasSession());
            """
        );

    [Theory]
    [InlineData("Replace(Scrutor.ReplacementBehavior.ServiceType)", "ConsistentOrders")]
    [InlineData("Skip", "ConsistentOrders")]
    [InlineData("Append", "ConsistentOrders ConsistentOrders")]
    public Task Scrutor_twice_is_what_its_strategy_says(string strategy, string expected) =>
        ScannedShop.RunAsync(
            $$"""
            var services = new ServiceCollection().AddSingleton<Clock>();
            for (var i = 0; i < 2; i++)
            {
                services.Scan(s => s.FromAssemblyOf<IOrders>().AddClasses(c => c.AssignableTo<IOrders>(), publicOnly: false)
                    .UsingRegistrationStrategy(Scrutor.RegistrationStrategy.{{strategy}}).As<IOrders>().WithScopedLifetime());
            }
            services.AddConsistentRepositories();
            using var provider = services.BuildServiceProvider(Strict);
            using var scope = provider.CreateScope();
            Same("{{expected}}", Names<IOrders>(scope.ServiceProvider));
            Same(true, scope.ServiceProvider.GetRequiredService<IOrders>().HasSession());
            """
        );

    [Fact]
    public Task Scrutor_decorates_beside_it() =>
        ScannedShop.RunAsync(
            """
            var services = new ServiceCollection().AddSingleton<Clock>();
            services.Scan(s => s.FromAssemblyOf<IOrders>().AddClasses(c => c.AssignableTo<IOrders>().Where(t => t != typeof(Counted))).AsImplementedInterfaces());
            services.AddConsistentRepositories();
            services.Decorate<IOrders, Counted>();
            using var provider = services.BuildServiceProvider(Strict);
            Same("Counted", Names<IOrders>(provider));
            Same(true, provider.GetRequiredService<IOrders>().HasSession());
            """,
            "public sealed class Counted : IOrders { private readonly IOrders _inner; public Counted(IOrders inner) => _inner = inner; public bool HasSession() => _inner.HasSession(); }"
        );

    [Fact]
    public Task Autofac_registers_the_classes_alone() =>
        ScannedShop.RunAsync(
            """
            var builder = new Autofac.ContainerBuilder();
            Autofac.RegistrationExtensions.AsImplementedInterfaces(Autofac.RegistrationExtensions.RegisterAssemblyTypes(builder, typeof(IOrders).Assembly));
            Autofac.RegistrationExtensions.RegisterType<Clock>(builder);
            using var container = builder.Build();
            var services = new Autofac.Extensions.DependencyInjection.AutofacServiceProvider(container);
            Same("Orders", Names<IOrders>(services));
            Same("First Second Third", string.Join(" ", services.GetServices<IStep>().Select(s => s.GetType().Name).OrderBy(n => n)));
            """
        );

    [Fact]
    public Task Autofac_has_the_wrappers_of_what_was_registered_with_the_services() =>
        ScannedShop.RunAsync(
            """
            var services = new ServiceCollection().AddSingleton<Clock>().AddScoped<IOrders, Orders>().AddScoped(typeof(IRead<>), typeof(Read<>));
            services.AddConsistentRepositories();
            var builder = new Autofac.ContainerBuilder();
            Autofac.Extensions.DependencyInjection.AutofacRegistration.Populate(builder, services);
            using var container = builder.Build();
            using var scope = new Autofac.Extensions.DependencyInjection.AutofacServiceProvider(container).CreateScope();
            Orders(scope.ServiceProvider);
            Same(true, scope.ServiceProvider.GetRequiredService<IRead<int>>().HasSession());
            """
        );

    [Fact]
    public Task Autofac_decorates_what_it_scanned() =>
        ScannedShop.RunAsync(
            """
            var builder = new Autofac.ContainerBuilder();
            Autofac.RegistrationExtensions.AsImplementedInterfaces(Autofac.RegistrationExtensions.RegisterAssemblyTypes(builder, typeof(IOrders).Assembly));
            Autofac.RegistrationExtensions.RegisterType<Clock>(builder);
            Autofac.RegistrationExtensions.RegisterDecorator<IOrders>(builder, (_, _, inner) => new ConsistentOrders((Orders)inner));
            using var container = builder.Build();
            Orders(new Autofac.Extensions.DependencyInjection.AutofacServiceProvider(container));
            """
        );

    [Fact]
    public Task AutoRegisterDi_registers_both_and_one_is_left() =>
        ScannedShop.RunAsync(
            """
            var services = new ServiceCollection().AddSingleton<Clock>();
            NetCore.AutoRegisterDi.AutoRegisterHelpers.AsPublicImplementedInterfaces(
                NetCore.AutoRegisterDi.AutoRegisterHelpers.RegisterAssemblyPublicNonGenericClasses(services, typeof(IOrders).Assembly), ServiceLifetime.Scoped);
            Same(2, services.Count(s => s.ServiceType == typeof(IOrders)));
            services.AddConsistentRepositories();
            using var provider = services.BuildServiceProvider(Strict);
            using var scope = provider.CreateScope();
            Orders(scope.ServiceProvider);
            Same("ConsistentFirst Second", string.Join(" ", scope.ServiceProvider.GetServices<IStep>().Select(s => s.GetType().Name).OrderBy(n => n)));
            """
        );

    [Theory]
    [InlineData("Rule")]
    [InlineData("ARule")]
    public Task FluentValidation_validates_once(string name) =>
        ScannedShop.RunAsync(
            """
            var services = new ServiceCollection();
            FluentValidation.ServiceCollectionExtensions.AddValidatorsFromAssembly(services, typeof(IOrders).Assembly);
            FluentValidation.ServiceCollectionExtensions.AddValidatorsFromAssembly(services, typeof(IOrders).Assembly);
            services.AddConsistentRepositories();
            using var provider = services.BuildServiceProvider(Strict);
            using var scope = provider.CreateScope();
            Same("ConsistentRule", Names<FluentValidation.IValidator<Placed>>(scope.ServiceProvider));
            var result = await scope.ServiceProvider.GetRequiredService<FluentValidation.IValidator<Placed>>().ValidateAsync(new Placed());
            Same("True", string.Join(" ", result.Errors.Select(e => e.ErrorMessage)));
            """.Replace("ConsistentRule", "Consistent" + name, StringComparison.Ordinal),
            """
            public sealed class Placed { }
            public sealed class Rule : FluentValidation.IValidator<Placed>
            {
                [Monotonic] public Task<FluentValidation.Results.ValidationResult> ValidateAsync(Placed instance, CancellationToken cancellation = default) =>
                    Task.FromResult(new FluentValidation.Results.ValidationResult(new[] { new FluentValidation.Results.ValidationFailure("Id", (ReadSession.Current is not null).ToString()) }));
                public FluentValidation.Results.ValidationResult Validate(Placed instance) => throw new NotSupportedException();
                public FluentValidation.Results.ValidationResult Validate(FluentValidation.IValidationContext context) => throw new NotSupportedException();
                public Task<FluentValidation.Results.ValidationResult> ValidateAsync(FluentValidation.IValidationContext context, CancellationToken cancellation = default) => throw new NotSupportedException();
                public FluentValidation.IValidatorDescriptor CreateDescriptor() => throw new NotSupportedException();
                public bool CanValidateInstancesOfType(Type type) => true;
            }
            """.Replace("Rule", name, StringComparison.Ordinal)
        );

    // What MediatR's own registration does: a request has one handler, the first that is found; a notification has all.
    private const string MediatR = """
        var services = new ServiceCollection();
        services.AddTransient<MediatR.ServiceFactory>(p => p.GetRequiredService);
        services.AddScoped<MediatR.IMediator, MediatR.Mediator>();
        foreach (var type in typeof(IOrders).Assembly.DefinedTypes.Where(t => !t.IsAbstract && !t.ContainsGenericParameters))
        {
            foreach (var contract in type.GetInterfaces().Where(i => i.IsGenericType))
            {
                if (contract.GetGenericTypeDefinition() == typeof(MediatR.IRequestHandler<,>)) services.TryAddTransient(contract, type);
                if (contract.GetGenericTypeDefinition() == typeof(MediatR.INotificationHandler<>)) services.AddTransient(contract, type);
            }
        }

        """;

    [Theory]
    [InlineData("CountHandler")]
    [InlineData("XHandler")]
    public Task MediatR_runs_each_handler_once(string name) =>
        ScannedShop.RunAsync(
            MediatR
                + """
                services.AddConsistentRepositories();
                using var provider = services.BuildServiceProvider(Strict);
                using var scope = provider.CreateScope();
                var mediator = scope.ServiceProvider.GetRequiredService<MediatR.IMediator>();
                Same(true, await mediator.Send(new Count()));
                var placed = new Placed();
                await mediator.Publish(placed);
                Same("True", string.Join(" ", placed.Seen));
                """,
            """
            public sealed class Count : MediatR.IRequest<bool> { }
            public sealed class Placed : MediatR.INotification { public List<bool> Seen { get; } = new(); }
            public sealed class CountHandler : MediatR.IRequestHandler<Count, bool>, MediatR.INotificationHandler<Placed>
            {
                [Monotonic] public Task<bool> Handle(Count request, CancellationToken cancellation) => Task.FromResult(ReadSession.Current is not null);
                [Monotonic] public Task Handle(Placed placed, CancellationToken cancellation) { placed.Seen.Add(ReadSession.Current is not null); return Task.CompletedTask; }
            }
            """.Replace("CountHandler", name, StringComparison.Ordinal)
        );

    private const string Loop = """
        foreach (var type in typeof(IOrders).Assembly.GetTypes().Where(t => t.IsClass && !t.IsAbstract && !t.Name.StartsWith("<")))
        {
            foreach (var contract in type.GetInterfaces().Where(i => i.Assembly == type.Assembly))
            {
                var open = type.IsGenericTypeDefinition;
                {0}
            }
        }

        """;

    [Theory]
    [InlineData("services.AddScoped(open ? contract.GetGenericTypeDefinition() : contract, type);")]
    [InlineData(
        "services.AddScoped(open ? contract.GetGenericTypeDefinition() : contract, type); services.TryAddScoped(type); services.TryAddSingleton<Clock>();"
    )]
    [InlineData(
        "if (!type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))) services.AddScoped(open ? contract.GetGenericTypeDefinition() : contract, type);"
    )]
    [InlineData("services.Insert(0, ServiceDescriptor.Scoped(open ? contract.GetGenericTypeDefinition() : contract, type));")]
    public Task A_loop_of_ones_own_leaves_each_once(string registration) =>
        ScannedShop.RunAsync(
            "var services = new ServiceCollection(); "
                + Loop.Replace("{0}", registration, StringComparison.Ordinal)
                + """
                services.TryAddSingleton<Clock>();
                services.AddConsistentRepositories();
                using var provider = services.BuildServiceProvider(Strict);
                using var scope = provider.CreateScope();
                Orders(scope.ServiceProvider);
                Steps(scope.ServiceProvider);
                Same("ConsistentRead`1", Names<IRead<int>>(scope.ServiceProvider));
                Same(true, scope.ServiceProvider.GetRequiredService<IRead<int>>().HasSession());
                """
        );

    [Fact]
    public Task A_loop_with_keys_leaves_each_once() =>
        ScannedShop.RunAsync(
            "var services = new ServiceCollection().AddSingleton<Clock>(); "
                + Loop.Replace(
                    "{0}",
                    "foreach (var key in new[] { \"a\", \"b\" }) services.AddKeyedScoped(open ? contract.GetGenericTypeDefinition() : contract, key, type);",
                    StringComparison.Ordinal
                )
                + """
                services.AddConsistentRepositories();
                using var provider = services.BuildServiceProvider(Strict);
                using var scope = provider.CreateScope();
                foreach (var key in new[] { "a", "b" })
                {
                    Same("ConsistentOrders", string.Join(" ", scope.ServiceProvider.GetKeyedServices<IOrders>(key).Select(o => o.GetType().Name)));
                    Same(true, scope.ServiceProvider.GetRequiredKeyedService<IOrders>(key).HasSession());
                    Same("ConsistentRead`1", string.Join(" ", scope.ServiceProvider.GetKeyedServices<IRead<int>>(key).Select(o => o.GetType().Name)));
                }
                """
        );

    private const string Late = """
        var builder = new Microsoft.Extensions.Hosting.HostApplicationBuilder(new Microsoft.Extensions.Hosting.HostApplicationBuilderSettings { DisableDefaults = true });
        var services = builder.Services;
        services.AddSingleton<Clock>();
        services.AddConsistentRepositories();
        services.Scan(s => s.FromAssemblyOf<IOrders>().AddClasses(c => c.AssignableTo<IOrders>()).AsImplementedInterfaces());

        """;

    [Fact]
    public Task A_scan_after_it_stops_the_host_with_what_to_do() =>
        ScannedShop.RunAsync(
            Late
                + """
                using var host = builder.Build();
                try { await host.StartAsync(); }
                catch (InvalidOperationException e)
                {
                    Same("Registered after AddConsistentRepositories(), so that no wrapper stands in front of them: Shop.Orders as Shop.IOrders. "
                        + "Call AddConsistentRepositories() after the last registration or scan, or once more there.", e.Message);
                    return;
                }
                throw new Exception("started");
                """
        );

    [Fact]
    public Task A_scan_after_it_is_decorated_by_a_second_call() =>
        ScannedShop.RunAsync(
            Late
                + """
                services.AddConsistentRepositories();
                using var host = builder.Build();
                await host.StartAsync();
                Orders(host.Services);
                await host.StopAsync();
                """
        );
}
