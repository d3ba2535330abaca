namespace MonotonicReads.Analyzer.Tests.Calls;

/// <summary>Which implementations of a member count: those that the project makes; where it makes none, what at least half do.</summary>
public class ImplementationTests
{
    private const string One =
        "public class DbStore(DbConnection db) : IStore { public int Get() => db.QueryFirst<int>(\"SELECT a FROM t\"); }";
    private const string Others =
        "public class MemoryStore : IStore { public int Get() => 1; } public class FileStore : IStore { public int Get() => 2; }";

    [Theory]
    [InlineData("public class Root { public IStore Make(DbConnection db) => new DbStore(db); }")]
    [InlineData("public class Root { public object Make(Services s) => s.AddScoped<IStore, DbStore>(); }")]
    [InlineData("public class Root { public object Make(Services s) => s.AddScoped<DbStore>(); }")]
    [InlineData("public class Root { public object Make(Services s) => s.Register(typeof(DbStore)); }")]
    [InlineData(
        "public class Root { public object Make(Services s) => s.Scan(); } public static class E { public static Services Scan(this Services s) => s; }"
    )]
    [InlineData("public class Root { public DbStore Store { get; } = new(null); }")]
    [InlineData("public class Root(DbStore store) { public IStore Store => store; }")]
    [InlineData(
        "public class Root { public object Make(Services s) => s.AddScoped<LateStore>(); } public class LateStore(DbConnection db) : DbStore(db);"
    )]
    [InlineData(
        "public class Root { public IStore[] Make(DbConnection db) => new IStore[] { new DbStore(db), new MemoryStore(), new FileStore() }; }"
    )]
    public Task One_of_three_counts_where_it_is_made(string root) => Check("{|MR1002:M|}", One + Others + root);

    [Theory]
    [InlineData("")]
    [InlineData("public class Root { public IStore Make() => new MemoryStore(); }")]
    [InlineData("public class Root { public object Make(Services s) => s.AddScoped<IStore, FileStore>(); }")]
    [InlineData("public class Root { public string Name => nameof(DbStore); public bool Is(IStore store) => store is DbStore; }")]
    public Task And_not_where_it_is_not(string root) => Check("M", One + Others + root);

    [Theory]
    [InlineData(
        "public class FakeStore : IStore { public int Get() => 1; } public class NullStore : IStore { public int Get() => 1; }",
        "{|MR1002:M|}"
    )]
    [InlineData("public class MemoryStore : IStore { public int Get() => 1; }", "{|MR1002:M|}")]
    [InlineData(
        "public class MemoryStore : IStore { public int Get() => 1; } public class R { public IStore S => new MemoryStore(); }",
        "M"
    )]
    public Task Where_nothing_is_made_half_of_those_that_are_no_stand_ins_decide(string others, string name) => Check(name, One + others);

    [Fact]
    public Task A_decorator_that_nobody_makes_says_nothing() =>
        Check(
            "M",
            """
            public class MemoryStore : IStore { public int Get() => 1; }
            public class AuditedStore(IStore inner, DbConnection db) : IStore
            {
                public int Get() { db.Execute("INSERT INTO t VALUES (1)"); return inner.Get() + db.QueryFirst<int>("SELECT a FROM t"); }
            }
            public class Root { public IStore Make() => new MemoryStore(); }
            """.Replace("int Get() { db.Ex", "int {|MR1003:Get|}() { db.Ex", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("new Derived(null);", "{|MR1002:M|}")]
    [InlineData("new Base();", "M")]
    public Task An_override_counts_where_its_class_is_made(string made, string name) =>
        ReadRules.Source(
            $$"""
            using System.Data.Common;
            using Dapper;
            public class Base { public virtual int Get() => 1; }
            public class Derived(DbConnection db) : Base { public override int Get() => db.QueryFirst<int>("SELECT a FROM t"); }
            public class Third : Base { public override int Get() => 1; }
            public class Root { public object Make() => {{made}} }
            public class Caller(Base b) { public int {{name}}() => b.Get() + b.Get(); }
            """
        );

    private static Task Check(string name, string others) =>
        ReadRules.Source(
            $$"""
            using System;
            using System.Data.Common;
            using Dapper;
            public interface IStore { int Get(); }
            public class Services
            {
                public Services AddScoped<TService, TImplementation>() => this;
                public Services AddScoped<TService>() => this;
                public Services Register(Type type) => this;
            }
            {{others}}
            public class Caller(IStore store) { public int {{name}}() => store.Get() + store.Get(); }
            """
        );
}
