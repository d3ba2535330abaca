using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What keeps a wrapper from a member is changed, or the annotation gives way to a session; and the wrapper is used.</summary>
public class WrappingFixTests
{
    private const string Body = $"(IDbConnection db) => {A} + {B};";

    [Theory]
    [InlineData("public int Load", "public virtual int Load")]
    [InlineData("internal int Load", "internal virtual int Load")]
    [InlineData("public unsafe int Load", "public virtual unsafe int Load")]
    public Task A_member_becomes_virtual(string before, string after) =>
        MendsAsync(
            $"public class Orders\n{{\n    [Monotonic] {before.Replace("unsafe ", "", StringComparison.Ordinal)}{Body}\n}}\n",
            "MR2001",
            MakeWrappableFix.VirtualKey,
            $"public class Orders\n{{\n    [Monotonic] {after.Replace("unsafe ", "", StringComparison.Ordinal)}{Body}\n}}\n"
        );

    [Fact]
    public Task A_member_is_declared_in_the_interface_of_its_class() =>
        MendsAsync(
            $"public interface IOrders\n{{\n    int Load(IDbConnection db);\n}}\n\npublic class Orders : IOrders\n{{\n    [Monotonic] public int Load{Body}\n    [Monotonic] public Task<T> Find<T>(IDbConnection db, int id = 1) where T : class => Task.FromResult<T>(null);\n}}\n",
            "MR2001",
            MakeWrappableFix.DeclareKey,
            $"public interface IOrders\n{{\n    int Load(IDbConnection db);\n    Task<T> Find<T>(IDbConnection db, int id = 1) where T : class;\n}}\n\npublic class Orders : IOrders\n{{\n    [Monotonic] public int Load{Body}\n    [Monotonic] public Task<T> Find<T>(IDbConnection db, int id = 1) where T : class => Task.FromResult<T>(null);\n}}\n",
            "MR1004"
        );

    [Theory]
    [InlineData("public sealed class Orders", "public sealed class Orders : IOrders", "public ")]
    [InlineData("sealed class Orders : IDisposable", "sealed class Orders : IDisposable, IOrders", "")]
    [InlineData("public record Orders(int Id)", "public record Orders(int Id) : IOrders", "public ")]
    public Task An_interface_is_extracted_from_a_class_that_cannot_be_derived_from(string before, string after, string access) =>
        MendsAsync(
            $"{before}\n{{\n    [Monotonic] public int Load{Body}\n    public void Dispose() {{ }}\n}}\n",
            "MR2001",
            MakeWrappableFix.ExtractKey,
            $"{after}\n{{\n    [Monotonic] public int Load{Body}\n    public void Dispose() {{ }}\n}}\n\n{access}interface IOrders\n{{\n    int Load(IDbConnection db);\n}}\n"
        );

    [Theory]
    [InlineData("private sealed class Orders", "internal sealed class Orders")]
    [InlineData("class Orders", "internal class Orders")]
    [InlineData("protected internal class Orders", null)]
    [InlineData("private protected class Orders", "internal class Orders")]
    public async Task A_nested_class_becomes_internal(string before, string? after)
    {
        var text =
            $"public interface IOrders {{ int Load(IDbConnection db); }}\npublic class Outer\n{{\n    {before} : IOrders\n    {{\n        [Monotonic] public int Load{Body}\n    }}\n}}\n";
        if (after is null)
        {
            Assert.Empty(await KeysAsync(Project(("Orders.cs", Usings + text)), "MR2001"));
            return;
        }

        await MendsAsync(text, "MR2001", MakeWrappableFix.AccessKey, text.Replace(before + " :", after + " :", StringComparison.Ordinal));
    }

    [Fact]
    public Task A_class_of_its_file_becomes_internal() =>
        MendsAsync(
            $"public interface IOrders {{ int Load(IDbConnection db); }}\nfile class Orders : IOrders {{ [Monotonic] public int Load{Body} }}\n",
            "MR2001",
            MakeWrappableFix.AccessKey,
            $"public interface IOrders {{ int Load(IDbConnection db); }}\nclass Orders : IOrders {{ [Monotonic] public int Load{Body} }}\n"
        );

    [Theory]
    [InlineData("[Monotonic]\n    static int", "static int", "Monotonic")]
    [InlineData("[Causal]\n    private int", "private int", "Causal")]
    public Task What_no_wrapper_can_reach_begins_a_session(string before, string after, string level) =>
        MendsAsync(
            $"public class Orders\n{{\n    {before} Load(IDbConnection db)\n    {{\n        return {A} + {B};\n    }}\n}}\n",
            "MR2001",
            MakeWrappableFix.SessionKey,
            $"public class Orders\n{{\n    {after} Load(IDbConnection db)\n    {{\n        using var session = ReadSession.Begin(ReadConsistency.{level});\n        return {A} + {B};\n    }}\n}}\n"
        );

    [Theory]
    // More than its level is said.
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)] static int Load(IDbConnection db) => " + A + " + " + B + ";")]
    // The session would end first.
    [InlineData("[Monotonic] static IEnumerable<int> Load(IDbConnection db) { yield return " + A + "; yield return " + B + "; }")]
    [InlineData("[Monotonic] static Task Load(IDbConnection db) => db.QueryAsync(\"SELECT a FROM t\");")]
    public async Task Nothing_is_offered_where_nothing_would_keep_the_promise(string member)
    {
        var project = Project(("Orders.cs", Usings + $"public class Orders {{ {member} }}\n"));
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR2001");
        Assert.Empty(await KeysAsync(project, "MR2001"));
    }

    [Theory]
    [InlineData("IOrders Make() => new Orders();", "IOrders Make() => new ConsistentOrders(new Orders());")]
    [InlineData(
        "int Make(IDbConnection db) { IOrders o = new Orders() /* a */; return o.Load(db); }",
        "int Make(IDbConnection db) { IOrders o = new ConsistentOrders(new Orders()) /* a */; return o.Load(db); }"
    )]
    [InlineData(
        "int Make(IDbConnection db) { var o = new Orders(); return o.Load(db); }",
        "int Make(IDbConnection db) { var o = new ConsistentOrders(new Orders()); return o.Load(db); }"
    )]
    public Task An_object_is_handed_to_its_wrapper(string before, string after) =>
        MendsAsync(Wrapped(before), "MR2002", UseWrapperFix.CreateKey, Wrapped(after));

    [Theory]
    [InlineData("Orders Make() => new Orders();")]
    [InlineData("int Make(IDbConnection db) { var o = new Orders(); return o.Own(); }")]
    [InlineData("int Make(IDbConnection db) { Orders o = new(); return o.Load(db); }")]
    public async Task It_is_not_where_the_class_itself_is_asked_for(string member)
    {
        var project = Project(("Orders.cs", Usings + Wrapped(member)));
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR2002");
        Assert.Empty(await KeysAsync(project, "MR2002"));
    }

    [Fact]
    public Task A_wrapper_that_derives_is_created_itself() =>
        MendsAsync(
            $"public class Orders\n{{\n    [Monotonic] public virtual int Load{Body}\n}}\nclass Program {{ int Make(IDbConnection db) => new Orders().Load(db); }}\n",
            "MR2002",
            UseWrapperFix.CreateKey,
            $"public class Orders\n{{\n    [Monotonic] public virtual int Load{Body}\n}}\nclass Program {{ int Make(IDbConnection db) => new ConsistentOrders().Load(db); }}\n"
        );

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task The_wrappers_are_put_before_what_is_registered(string ends)
    {
        const string before = """
            using System.Data;
            using Dapper;
            using Microsoft.Extensions.DependencyInjection;
            using MonotonicReads;

            var services = new ServiceCollection();
            services.AddScoped<IOrders, Orders>(); // ours
            services.AddScoped<IOthers, Others>().AddLogging(); // theirs
            var provider = services.BuildServiceProvider();

            public interface IOrders { int Load(IDbConnection db); }
            public interface IOthers { int Load(IDbConnection db); }
            public class Orders : IOrders { [Monotonic] public int Load(IDbConnection db) => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t"); }
            public class Others : IOthers { [Monotonic] public int Load(IDbConnection db) => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t"); }

            """;
        var project = Project(
            new AdhocWorkspace(),
            "Shop",
            OutputKind.ConsoleApplication,
            [.. ReadRules.References, .. AspNetCore.Framework],
            ("Program.cs", before.ReplaceLineEndings(ends))
        );
        await CheckAsync(
            project,
            "MR2002",
            UseWrapperFix.RegisterKey,
            before
                .Replace("// theirs\n", "// theirs\nservices.AddConsistentRepositories();\n", StringComparison.Ordinal)
                .ReplaceLineEndings(ends)
        );
    }

    private static string Wrapped(string member) =>
        $"public interface IOrders {{ int Load(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    [Monotonic] public int Load{Body}\n    public int Own() => 1;\n}}\nclass Program {{ {member} }}\n";
}
