using Microsoft.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR2002: an annotated class that runs without its wrapper.</summary>
public class WrapperBypassedTests
{
    private const string Repository = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.DependencyInjection.Extensions;
        using Microsoft.Extensions.Diagnostics.HealthChecks;
        using Microsoft.Extensions.Hosting;
        using Wrap = ConsistentOrders;
        using Inner = Orders;
        public interface IOrders { int Count(); }
        public class Orders(DbConnection db) : IOrders { [Monotonic] public int Count() => db.QuerySingle<int>("select 1 from a"); }
        [System.CodeDom.Compiler.GeneratedCode("MonotonicReads.Generator", "1")]
        public class ConsistentOrders(Orders inner) : IOrders { public int Count() => inner.Count(); }
        public class Lines(DbConnection db) { [Monotonic] public virtual int Count() => db.QuerySingle<int>("select 1 from a"); }
        [System.CodeDom.Compiler.GeneratedCode("MonotonicReads.Generator", "1")]
        public class ConsistentLines(DbConnection db) : Lines(db) { }
        public class Night(DbConnection db) : BackgroundService
        {
            [Monotonic] protected override Task ExecuteAsync(CancellationToken c) { db.QuerySingle<int>("select 1 from a"); return Task.CompletedTask; }
        }
        public class Health(DbConnection db) : IHealthCheck
        {
            [Monotonic] public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext x, CancellationToken c) => throw new Exception();
        }
        public class PlainNight : BackgroundService { protected override Task ExecuteAsync(CancellationToken c) => Task.CompletedTask; }
        public static class Helpers
        {
            public static IOrders Wrapped(Orders inner) => new ConsistentOrders(inner);
            public static IOrders ByAlias(Orders inner) => new Wrap(inner);
            public static IOrders Extended(this Orders inner) { ConsistentOrders outer = new(inner); return outer; }
            public static int Uses(Orders inner) => inner.Count();
            public static IOrders Passes(IOrders inner) => inner;
            public static IServiceCollection AddStore<TService, TImplementation>(this IServiceCollection s)
                where TService : class where TImplementation : class, TService => s.AddScoped<TService, TImplementation>();
        }
        public class Plain(DbConnection db) : IOrders { public int Count() => db.QuerySingle<int>("select 1 from a"); }

        """;

    [Theory]
    [InlineData("object M(DbConnection db) => {|MR2002:new Orders(db)|};")]
    [InlineData("IOrders M(DbConnection db) { Orders o = {|MR2002:new(db)|}; return o; }")]
    [InlineData("int M(DbConnection db) => {|MR2002:new Orders(db)|}.Count();")]
    [InlineData("IOrders orders = {|MR2002:new global::Orders(null)|};")]
    [InlineData("Lines M(DbConnection db) => {|MR2002:new Lines(db)|};")]
    [InlineData("Func<IOrders> M(DbConnection db) => () => {|MR2002:new Orders(db)|};")]
    [InlineData("IOrders M(DbConnection db) { return Wrapped({|MR2002:new Orders(db)|}); static IOrders Wrapped(IOrders o) => o; }")]
    [InlineData("object M(DbConnection db) => {|MR2002:new Inner(db)|};")]
    [InlineData("object M(DbConnection db) => Helpers.Uses({|MR2002:new Orders(db)|});")]
    [InlineData("object M(DbConnection db) => Helpers.Passes({|MR2002:new Orders(db)|});")]
    [InlineData("object M(DbConnection db) { var o = {|MR2002:new Orders(db)|}; return Helpers.Uses(o); }")]
    [InlineData("object M(Func<Orders, int> use, DbConnection db) => use({|MR2002:new Orders(db)|});")]
    [InlineData("Orders M(DbConnection db) => {|MR2002:new Orders(db)|};")]
    [InlineData("object M(IServiceProvider p) => {|MR2002:ActivatorUtilities.CreateInstance<Orders>(p)|};")]
    [InlineData("object M(IServiceProvider p) => {|MR2002:ActivatorUtilities.GetServiceOrCreateInstance<Inner>(p)|}.Count();")]
    [InlineData("object M() => {|MR2002:Activator.CreateInstance<Orders>()|};")]
    [InlineData("Lines M(DbConnection db) { Lines l = {|MR2002:new(db)|}; return l; }")]
    [InlineData(
        "IOrders Good(DbConnection db) => new ConsistentOrders(new Orders(db)); Holder M(DbConnection db) => new Holder({|MR2002:new Orders(db)|}); class Holder(IOrders orders) { public IOrders Orders => orders; }"
    )]
    [InlineData("IOrders Good(DbConnection db) => new Wrap(new Orders(db)); int M(DbConnection db) => {|MR2002:new Orders(db)|}.Count();")]
    [InlineData(
        "void M(IServiceCollection s) => s.AddScoped(Other); IOrders Other(IServiceProvider p) => null; IOrders Make(DbConnection db) => {|MR2002:new Orders(db)|};"
    )]
    public Task Created_without_it(string member) => Verify($"class C {{ {member} }}");

    [Theory]
    [InlineData("object M(DbConnection db) => new ConsistentOrders(new Orders(db));")]
    [InlineData("object M(DbConnection db) => new ConsistentOrders(new(db));")]
    [InlineData("object M(DbConnection db) { var inner = new Orders(db); return new ConsistentOrders(inner); }")]
    [InlineData("object M(DbConnection db) => new Plain(db);")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.AddScoped<IOrders>(_ => new Orders(db));")]
    [InlineData("void M(IServiceCollection s) => s.AddScoped<IOrders>(Make); static IOrders Make(IServiceProvider p) => new Orders(null);")]
    [InlineData(
        "void M(IServiceCollection s) => s.AddScoped<IOrders>(p => Make(p)); static Orders Make(IServiceProvider p) { return new(null); }"
    )]
    [InlineData("void M(IServiceCollection s) { s.AddScoped(Make); static IOrders Make(IServiceProvider p) => new Orders(null); }")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.AddSingleton<IOrders>(new Orders(db));")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.Add(ServiceDescriptor.Scoped<IOrders>(_ => new Orders(db)));")]
    [InlineData(
        "void M(Container c, DbConnection db) => c.Register<IOrders>(() => new Orders(db)); class Container { public void Register<T>(Func<T> f) { } }"
    )]
    [InlineData("object M() => typeof(Orders);")]
    [InlineData("IOrders M(DbConnection db) { ConsistentOrders orders = new(new Orders(db)); return orders; }")]
    [InlineData("ConsistentOrders M(DbConnection db) => new(new Orders(db));")]
    [InlineData("ConsistentOrders M(DbConnection db) { return new(new(db)); }")]
    [InlineData("private readonly ConsistentOrders _orders = new(new Orders(null));")]
    [InlineData("private readonly Orders _inner = new(null); IOrders Outer => new ConsistentOrders(_inner);")]
    [InlineData("IOrders M(DbConnection db) => new Wrap(new Orders(db));")]
    [InlineData("IOrders M(DbConnection db) => new Wrap(new Inner(db));")]
    [InlineData("Lazy<IOrders> M(DbConnection db) => new Lazy<IOrders>(() => new ConsistentOrders(new Orders(db)));")]
    [InlineData("Lazy<IOrders> M(DbConnection db) => new(() => new Wrap(new(db)));")]
    [InlineData("IOrders M(DbConnection db) => Helpers.Wrapped(new Orders(db));")]
    [InlineData("IOrders M(DbConnection db) => Helpers.ByAlias(new Orders(db));")]
    [InlineData("IOrders M(DbConnection db) => new Orders(db).Extended();")]
    [InlineData("IOrders M(DbConnection db) { var o = new Orders(db); return Helpers.Wrapped(o); }")]
    [InlineData("IOrders M(DbConnection db) { Orders o; o = new(db); return Helpers.Wrapped(o); }")]
    [InlineData("IOrders M(Func<Orders, IOrders> wrap, DbConnection db) => wrap(new Orders(db));")]
    [InlineData(
        "IOrders M(DbConnection db) => new Facade(new Orders(db)).It; class Facade(Orders inner) { public IOrders It { get; } = new ConsistentOrders(inner); }"
    )]
    [InlineData("object M(IServiceProvider p, DbConnection db) => ActivatorUtilities.CreateInstance<ConsistentOrders>(p, new Orders(db));")]
    [InlineData(
        "public static class Made { public static Orders Inner(DbConnection db) => new Orders(db); } } class D { object M(DbConnection db) => new ConsistentOrders(C.Made.Inner(db));"
    )]
    [InlineData("void M(IServiceCollection s, DbConnection db) { var o = new Orders(db); s.AddSingleton<IOrders>(o); }")]
    [InlineData("void M(IServiceCollection s) => s.AddScoped<IOrders>(p => ActivatorUtilities.CreateInstance<Orders>(p));")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.Add(new ServiceDescriptor(typeof(IOrders), new Orders(db)));")]
    [InlineData("Lines M(DbConnection db) => new ConsistentLines(db);")]
    [InlineData(
        "private readonly Lazy<Orders> _inner = new Lazy<Orders>(new Orders(null)); IOrders Outer => new ConsistentOrders(_inner.Value);"
    )]
    [InlineData("IOrders M(DbConnection db) { var list = new List<Orders> { new Orders(db) }; return new ConsistentOrders(list[0]); }")]
    public Task Handed_over_or_registered(string member) => Verify($"class C {{ {member} }}");

    [Fact]
    public Task Its_own_type_may_create_it() =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            """
            public interface IOrders { int Count(); }
            public class Orders : IOrders { public static Orders Create() => new(); [Monotonic] public int Count() => 1; }
            """
        );

    [Fact]
    public Task Eventual_needs_no_wrapper() =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            """
            public interface IOrders { int Count(); }
            public class Orders : IOrders { [Eventual("a test")] public int Count() => 1; }
            class C { object M() => new Orders(); }
            """
        );

    [Fact]
    public Task Tests_create_the_class_itself() =>
        Verify("class C { object M(DbConnection db) => new Orders(db); }", OutputKind.DynamicallyLinkedLibrary, typeof(FactAttribute));

    [Theory]
    [InlineData("s.{|MR2002:AddScoped<Orders>|}();")]
    [InlineData("s.{|MR2002:AddKeyedTransient<Orders>|}(\"a\");")]
    [InlineData("s.{|MR2002:AddSingleton|}(typeof(Orders));")]
    [InlineData("s.{|MR2002:AddSingleton|}(new Orders(null));")]
    [InlineData("s.AddScoped<IOrders, Orders>(); s.{|MR2002:AddScoped<Orders>|}();")]
    [InlineData("s.{|MR2002:AddScoped<Inner>|}();")]
    [InlineData("s.{|MR2002:AddScoped<Orders>|}(); s.BuildServiceProvider().GetRequiredService<Orders>().Count();")]
    [InlineData("s.{|MR2002:AddScoped<Orders>|}(); s.AddScoped<object>(p => new List<Orders> { p.GetRequiredService<Orders>() });")]
    [InlineData("s.{|MR2002:AddScoped<Orders>|}(); s.AddScoped<object>(p => p.GetRequiredService<Orders>().Count());")]
    [InlineData("s.TryAdd(ServiceDescriptor.{|MR2002:Scoped<Orders, Orders>|}());")]
    [InlineData("s.Add(ServiceDescriptor.{|MR2002:Describe|}(typeof(Orders), typeof(Orders), ServiceLifetime.Scoped));")]
    [InlineData("s.Add(new {|MR2002:ServiceDescriptor|}(typeof(Orders), typeof(Orders), ServiceLifetime.Scoped));")]
    [InlineData("s.Replace(ServiceDescriptor.{|MR2002:KeyedSingleton<Orders, Orders>|}(\"a\"));")]
    [InlineData("s.{|MR2002:AddScoped|}(p => { var o = new Orders(null); return o; });")]
    [InlineData("ServiceCollectionServiceExtensions.{|MR2002:AddScoped<Orders>|}(s);")]
    [InlineData("s?.{|MR2002:AddScoped<Orders>|}();")]
    [InlineData("s.{|MR2002:AddHttpClient<Orders>|}();")]
    [InlineData("s.AddHttpClient(\"a\").{|MR2002:AddTypedClient<Orders>|}();")]
    [InlineData("s.{|MR2002:AddScoped|}(p => new Lines(null));")]
    [InlineData("s.{|MR2002:AddSingleton|}(new Lines(null));")]
    [InlineData("s.{|MR2002:AddHttpClient<Lines>|}();")]
    [InlineData("s.{|MR2002:AddHostedService<Night>|}();")]
    [InlineData("s.AddHealthChecks().{|MR2002:AddCheck<Health>|}(\"a\");")]
    [InlineData("s.AddHealthChecks().{|MR2002:AddTypeActivatedCheck<Health>|}(\"a\");")]
    public Task Registered_as_what_the_wrapper_is_not(string statements) =>
        Verify($"class C {{ void M(IServiceCollection s) {{ {statements} }} }}");

    [Theory]
    [InlineData("s.AddScoped<IOrders, Orders>();")]
    [InlineData("s.AddScoped(typeof(IOrders), typeof(Orders));")]
    [InlineData("s.AddScoped<Lines>();")]
    [InlineData("s.AddScoped<object, Orders>();")]
    [InlineData("s.AddScoped<Plain>();")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders>(p => p.GetRequiredService<Orders>());")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders>(p => { var o = p.GetRequiredService<Orders>(); return o; });")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders>(p => (IOrders)p.GetService(typeof(Inner)));")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders>(p => Helpers.Passes(p.GetRequiredService<Orders>()));")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders, ConsistentOrders>();")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders>(p => new Wrap(p.GetRequiredService<Orders>()));")]
    [InlineData("s.AddScoped<IOrders>(p => new ConsistentOrders(new Orders(null)));")]
    [InlineData("s.TryAddEnumerable(ServiceDescriptor.Scoped<IOrders, Orders>());")]
    [InlineData("s.AddScoped<IOrders>(p => { var o = new Orders(null!); return o; });")]
    [InlineData("s.AddKeyedSingleton<IOrders>(new Plain(null), (p, k) => new Orders(null));")]
    [InlineData("s.AddHttpClient<IOrders, Orders>();")]
    [InlineData("s.AddHttpClient<Lines, ConsistentLines>();")]
    [InlineData("s.AddScoped<Lines>(p => new ConsistentLines(null));")]
    [InlineData("s.AddStore<IOrders, Orders>();")]
    [InlineData("s.AddHostedService<PlainNight>();")]
    [InlineData("Other.AddScoped<Orders>(); } static class Other { public static void AddScoped<T>() { }")]
    public Task Registered_where_the_wrapper_can_stand(string statements) =>
        Verify($"class C {{ void M(IServiceCollection s) {{ {statements} }} }}");

    [Theory]
    [InlineData("new ServiceCollection().{|MR2002:AddScoped<IOrders, Orders>|}();")]
    [InlineData("new ServiceCollection().{|MR2002:AddScoped<Lines>|}();")]
    [InlineData("new ServiceCollection().AddScoped<IOrders, Orders>().AddConsistentRepositories();")]
    [InlineData("new ServiceCollection().AddScoped<IOrders, Plain>();")]
    [InlineData("IServiceCollection s = null; s.TryAddEnumerable(ServiceDescriptor.{|MR2002:Scoped<IOrders, Orders>|}());")]
    [InlineData("IServiceCollection s = null; s.Replace(ServiceDescriptor.{|MR2002:Singleton<IOrders>|}(new Orders(null)));")]
    [InlineData(
        "IServiceCollection s = null; s.Add(ServiceDescriptor.{|MR2002:DescribeKeyed|}(typeof(IOrders), 1, typeof(Orders), default));"
    )]
    [InlineData("IServiceCollection s = null; s.Add(new {|MR2002:ServiceDescriptor|}(typeof(IOrders), p => new Orders(null), default));")]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders>|}(p => { var o = new Orders(null!); return o; });")]
    [InlineData(
        "IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders>|}(p => { if (p is null) return new Plain(null); return new Orders(null); });"
    )]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders>|}(p => ActivatorUtilities.CreateInstance<Orders>(p));")]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders>|}(Make); static Orders Make(IServiceProvider p) => null;")]
    [InlineData("IServiceCollection s = null; var o = new Orders(null); s.{|MR2002:AddSingleton<IOrders>|}(o);")]
    [InlineData(
        "IServiceCollection s = null; s.AddScoped<Orders>(); s.{|MR2002:AddScoped<IOrders>|}(p => p.GetRequiredService<Orders>());"
    )]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddKeyedScoped<IOrders>|}(\"k\", (p, k) => new Orders(null));")]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddScoped|}(typeof(IOrders), typeof(Orders));")]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddHttpClient<IOrders, Orders>|}();")]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddStore<IOrders, Orders>|}();")]
    [InlineData("IServiceCollection s = null; s.AddSingleton(new List<IOrders>()).AddOptions<Plain>();")]
    [InlineData("IServiceCollection s = null; s.AddScoped<IOrders>(p => p.GetRequiredService<IOrders>());")]
    [InlineData(
        "IServiceCollection s = null; s.AddScoped<IOrders>(p => { IOrders a = null, b = null; a = b; b = a; return a; }); s.AddConsistentRepositories();"
    )]
    [InlineData("IServiceCollection s = null; ServiceDescriptor d = {|MR2002:new(typeof(IOrders), typeof(Orders), default)|}; s.Add(d);")]
    [InlineData("IServiceCollection s = null; ServiceDescriptor d = new(typeof(IOrders), typeof(Plain), default); s.Add(d);")]
    [InlineData(
        "IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders>|}(p => { IOrders o; if (p == null) o = new Orders(null); else o = new Plain(null); return o; });"
    )]
    [InlineData(
        "IServiceCollection s = null; s.AddScoped<IOrders>(p => { IOrders o = new Plain(null); if (p == null) o = null; return o; });"
    )]
    [InlineData(
        "IServiceCollection s = null; s.{|MR2002:AddScoped|}(typeof(IOrders), p => ActivatorUtilities.CreateInstance(p, typeof(Orders)));"
    )]
    [InlineData(
        "IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders>|}(delegate (IServiceProvider p) { return new Orders(null); });"
    )]
    [InlineData(
        "IServiceCollection s = null; System.Func<System.IServiceProvider, Orders> f = p => new Orders(null); s.{|MR2002:AddScoped<IOrders>|}(f);"
    )]
    [InlineData("IServiceCollection s = null; s.AddHttpClient<IOrders, Orders>(); s.AddConsistentRepositories();")]
    [InlineData("IServiceCollection s = null; s.{|MR2002:AddScoped<IOrders, Orders>|}(); /* AddConsistentRepositories() */")]
    public Task A_program_must_decorate(string statements) =>
        Verify($"class C {{ static void Main() {{ {statements} }} }}", OutputKind.ConsoleApplication);

    private static Task Verify(string source, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, params Type[] more) =>
        new MarkedSource(
            ReadRules.Usings + Repository + source,
            [
                .. ReadRules.References,
                .. AspNetCore.Framework,
                .. more.Select(static type => MetadataReference.CreateFromFile(type.Assembly.Location)),
            ]
        )
        {
            Kind = kind,
        }.VerifyAsync(new WrapperRulesAnalyzer());
}
