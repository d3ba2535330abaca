using Microsoft.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR2002: an annotated class that runs without its wrapper.</summary>
public class WrapperBypassedTests
{
    private const string Repository = """
        using Microsoft.Extensions.DependencyInjection;
        public interface IOrders { int Count(); }
        public class Orders(DbConnection db) : IOrders { [Monotonic] public int Count() => db.QuerySingle<int>("select 1 from a"); }
        [System.CodeDom.Compiler.GeneratedCode("MonotonicReads.Generator", "1")]
        public class ConsistentOrders(Orders inner) : IOrders { public int Count() => inner.Count(); }
        public class Lines(DbConnection db) { [Monotonic] public virtual int Count() => db.QuerySingle<int>("select 1 from a"); }
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
    public Task Created_without_it(string member) => Verify($"class C {{ {member} }}");

    [Theory]
    [InlineData("object M(DbConnection db) => new ConsistentOrders(new Orders(db));")]
    [InlineData("object M(DbConnection db) => new ConsistentOrders(new(db));")]
    [InlineData("object M(DbConnection db) { var inner = new Orders(db); return new ConsistentOrders(inner); }")]
    [InlineData("object M(DbConnection db) => new Plain(db);")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.AddScoped<IOrders>(_ => new Orders(db));")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.AddSingleton<IOrders>(new Orders(db));")]
    [InlineData("void M(IServiceCollection s, DbConnection db) => s.Add(ServiceDescriptor.Scoped<IOrders>(_ => new Orders(db)));")]
    [InlineData(
        "void M(Container c, DbConnection db) => c.Register<IOrders>(() => new Orders(db)); class Container { public void Register<T>(Func<T> f) { } }"
    )]
    [InlineData("object M() => typeof(Orders);")]
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
    public Task Registered_as_what_the_wrapper_is_not(string statements) =>
        Verify($"class C {{ void M(IServiceCollection s) {{ {statements} }} }}");

    [Theory]
    [InlineData("s.AddScoped<IOrders, Orders>();")]
    [InlineData("s.AddScoped(typeof(IOrders), typeof(Orders));")]
    [InlineData("s.AddScoped<Lines>();")]
    [InlineData("s.AddScoped<object, Orders>();")]
    [InlineData("s.AddScoped<Plain>();")]
    [InlineData("s.AddScoped<Orders>(); s.AddScoped<IOrders>(p => p.GetRequiredService<Orders>());")]
    [InlineData("Other.AddScoped<Orders>(); } static class Other { public static void AddScoped<T>() { }")]
    public Task Registered_where_the_wrapper_can_stand(string statements) =>
        Verify($"class C {{ void M(IServiceCollection s) {{ {statements} }} }}");

    [Theory]
    [InlineData("new ServiceCollection().{|MR2002:AddScoped<IOrders, Orders>|}();")]
    [InlineData("new ServiceCollection().{|MR2002:AddScoped<Lines>|}();")]
    [InlineData("new ServiceCollection().AddScoped<IOrders, Orders>().AddConsistentRepositories();")]
    [InlineData("new ServiceCollection().AddScoped<IOrders, Plain>();")]
    public Task A_program_must_decorate(string statements) =>
        Verify($"class C {{ static void Main() {{ {statements} }} }}", OutputKind.ConsoleApplication);

    private static Task Verify(string source, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, params Type[] more) =>
        ReadRules.Whole<WrapperRulesAnalyzer>(Repository + source, kind, [typeof(IServiceCollection), typeof(ServiceCollection), .. more]);
}
