using Microsoft.CodeAnalysis;
using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>The decorator comes behind every registration of the same services, wherever the reported one stands.</summary>
public class DecoratorCallTests
{
    private const string Call = "services.AddConsistentRepositories();";

    private const string Types = """
        public interface IOrders { int Load(IDbConnection db); }
        public interface IOthers { int Load(IDbConnection db); }
        public class Orders : IOrders { [Monotonic] public int Load(IDbConnection db) => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t"); }
        public class Others : IOthers { [Monotonic] public int Load(IDbConnection db) => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t"); }
        static class Registrations { public static IServiceCollection More(this IServiceCollection services) { services.AddLogging(); return services; } }
        """;

    [Theory]
    // In a branch or a loop before and behind.
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\nif (args.Length > 0)\n{\n    services.AddScoped<IOthers, Others>();\n}\n!var built = services.BuildServiceProvider();\n"
    )]
    [InlineData(
        "if (args.Length > 0)\n{\n    services.AddScoped<IOrders, Orders>();\n}\nservices.AddScoped<IOthers, Others>();\n!var built = services.BuildServiceProvider();\n"
    )]
    // What keeps the result, calls a helper, replaces, or names the method's class.
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\nvar more = services.AddScoped<IOthers, Others>();\n!more.BuildServiceProvider();\n"
    )]
    [InlineData("services.AddScoped<IOrders, Orders>();\nservices.More();\n!services.BuildServiceProvider();\n")]
    [InlineData("services.AddScoped<IOrders, Orders>();\nRegistrations.More(services);\n!services.BuildServiceProvider();\n")]
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\nservices.Replace(ServiceDescriptor.Scoped<IOthers, Others>());\n!services.BuildServiceProvider();\n"
    )]
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\nServiceCollectionServiceExtensions.AddScoped<IOthers, Others>(services);\n!services.BuildServiceProvider();\n"
    )]
    // Under another name.
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\nvar same = services;\nsame.AddScoped<IOthers, Others>();\n!services.BuildServiceProvider();\n"
    )]
    // A provider in between is not the end.
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\nvar early = services.BuildServiceProvider();\nservices.AddScoped<IOthers, Others>();\n!services.BuildServiceProvider();\n"
    )]
    // What is built is asked, not registered with.
    [InlineData(
        "services.AddScoped<IOrders, Orders>();\n!var built = services.BuildServiceProvider();\nConsole.WriteLine(services.Count);\n"
    )]
    public Task It_comes_behind_the_last_registration(string body)
    {
        var at = body.IndexOf('!', StringComparison.Ordinal);
        return PutAsync(
            Program("var services = new ServiceCollection();\n" + body.Remove(at, 1)),
            Program("var services = new ServiceCollection();\n" + body.Remove(at, 1).Insert(at, Call + "\n"))
        );
    }

    [Fact]
    public Task It_goes_behind_those_of_the_builder()
    {
        const string before =
            "var builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddScoped<IOrders, Orders>();\nvar services = builder.Services;\nservices.AddScoped<IOthers, Others>();\n";
        const string after = "var app = builder.Build();\napp.Run();\n";
        return PutAsync(Program(before + after), Program(before + "builder.Services.AddConsistentRepositories();\n" + after));
    }

    [Fact]
    public Task It_joins_a_chain_that_is_returned()
    {
        const string body = "Add(new ServiceCollection());\n";
        const string method =
            "static class Shop { public static IServiceCollection Add(IServiceCollection services) { services.AddScoped<IOrders, Orders>(); return services.AddScoped<IOthers, Others>(); } }\n";
        return PutAsync(
            Program("Shop." + body) + method,
            Program("Shop." + body) + method.Replace("Others>();", "Others>().AddConsistentRepositories();", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task It_is_not_put_where_a_branch_leaves_before()
    {
        var project = Shop(
            Program("Shop.Add(new ServiceCollection(), args);\n")
                + "static class Shop { public static void Add(IServiceCollection services, string[] args) { services.AddScoped<IOrders, Orders>(); if (args.Length > 0) { return; } services.AddLogging(); } }\n"
        );
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR2002");
        Assert.DoesNotContain(await KeysAsync(project, "MR2002"), static k => k == UseWrapperFix.RegisterKey);
    }

    [Theory]
    [InlineData("services.AddConsistentRepositories();\nservices.AddScoped<IOrders, Orders>();\n")]
    [InlineData("services.AddConsistentRepositories();\nif (args.Length > 0) { services.AddScoped<IOrders, Orders>(); }\n")]
    [InlineData("services.AddConsistentRepositories().AddScoped<IOrders, Orders>();\n")]
    [InlineData("services.AddLogging().AddConsistentRepositories();\nservices.AddLogging().AddScoped<IOrders, Orders>();\n")]
    public async Task What_is_registered_behind_the_call_is_reported(string body)
    {
        var found = await FindingsAsync(Shop(Program("var services = new ServiceCollection();\n" + body)));
        var finding = Assert.Single(found, static d => d.Id == "MR2002");
        Assert.Contains("before it", finding.GetMessage(null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("services.AddScoped<IOrders, Orders>();\nservices.AddConsistentRepositories();\n")]
    [InlineData("services.AddScoped<IOrders, Orders>().AddConsistentRepositories();\n")]
    [InlineData("services.AddConsistentRepositories();\nservices.AddScoped<IOrders, Orders>();\nservices.AddConsistentRepositories();\n")]
    [InlineData(
        "if (args.Length > 0) { services.AddConsistentRepositories(); } else { services.AddScoped<IOrders, Orders>(); services.AddConsistentRepositories(); }\n"
    )]
    [InlineData("new ServiceCollection().AddConsistentRepositories();\nservices.AddScoped<IOrders, Orders>();\n")]
    public async Task What_a_call_may_still_reach_is_not(string body) =>
        Assert.DoesNotContain(
            await FindingsAsync(Shop(Program("var services = new ServiceCollection();\n" + body))),
            static d => d.Id == "MR2002"
        );

    private static Task PutAsync(string before, string after) => CheckAsync(Shop(before), "MR2002", UseWrapperFix.RegisterKey, after);

    private static Project Shop(string text) =>
        Project(
            new AdhocWorkspace(),
            "Shop",
            OutputKind.ConsoleApplication,
            [.. ReadRules.References, .. AspNetCore.Framework],
            ("Program.cs", text)
        );

    private static string Program(string body) =>
        "using System;\nusing System.Data;\nusing Dapper;\nusing Microsoft.AspNetCore.Builder;\nusing Microsoft.Extensions.DependencyInjection;\nusing Microsoft.Extensions.DependencyInjection.Extensions;\nusing MonotonicReads;\n\n"
        + body
        + Types
        + "\n";
}
