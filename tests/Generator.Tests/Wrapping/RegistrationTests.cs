using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

/// <summary>The generated assembly attributes are what <c>AddConsistentRepositories()</c> reads.</summary>
public class RegistrationTests
{
    [Fact]
    public Task The_container_gives_the_wrapper() =>
        LoadedShop.RunAsync(
            GeneratorRun
                .Of(
                    """
                    using System;
                    using Microsoft.Extensions.DependencyInjection;
                    using MonotonicReads;
                    namespace Shop;
                    public interface IOrders { bool HasSession(); }
                    public interface IRead<T> { bool HasSession(); }
                    public class Orders : IOrders { [Monotonic] public bool HasSession() => ReadSession.Current is not null; }
                    public class Read<T> : IRead<T> { [Monotonic] public bool HasSession() => ReadSession.Current is not null; }
                    public class Stock { public Stock(IOrders orders) { } [Monotonic] public virtual bool HasSession() => ReadSession.Current is not null; }
                    public static class Outer { internal class Inner : IOrders { [Monotonic] public bool HasSession() => ReadSession.Current is not null; } }
                    public static class Check
                    {
                        private static void Assert(bool condition, string what) { if (!condition) throw new Exception(what); }
                        public static void Run()
                        {
                            var services = new ServiceCollection();
                            services.AddScoped<IOrders, Orders>();
                            services.AddKeyedSingleton<IOrders, Outer.Inner>("inner");
                            services.AddTransient(typeof(IRead<>), typeof(Read<>));
                            services.AddScoped<Stock>();
                            services.AddConsistentRepositories();
                            using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
                            using var scope = provider.CreateScope();
                            Assert(scope.ServiceProvider.GetRequiredService<IOrders>() is ConsistentOrders orders && orders.HasSession(), "closed");
                            Assert(scope.ServiceProvider.GetRequiredKeyedService<IOrders>("inner") is ConsistentOuterInner inner && ((IOrders)inner).HasSession(), "keyed, nested");
                            Assert(scope.ServiceProvider.GetRequiredService<IRead<int>>() is ConsistentRead<int> read && read.HasSession(), "open generic");
                            Assert(scope.ServiceProvider.GetRequiredService<Stock>() is ConsistentStock stock && stock.HasSession(), "derived");
                            Assert(ReadSession.Current is null, "no session left");
                        }
                    }
                    """
                )
                .AssertAllWrapped(),
            "Shop.Check",
            "Run"
        );
}
