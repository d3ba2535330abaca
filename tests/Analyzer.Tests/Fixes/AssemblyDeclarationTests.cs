using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Host.Mef;
using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>A project whose requests have sessions can say so once; one that has none, or weaker ones, cannot.</summary>
public class AssemblyDeclarationTests
{
    private const string Key = DeclareConsistencyFix.EquivalenceKey;

    [Theory]
    [InlineData("", "MR1001", "Monotonic", Key + ".OnAssembly")]
    [InlineData("o => o.Level = ReadConsistency.Causal", "MR1001", "Causal", Key + ".Causal.OnAssembly")]
    [InlineData("o => o.Level = ReadConsistency.Causal", "MR1003", "Causal", Key + ".Causal.OnAssembly")]
    [InlineData("o => o.Level = ReadConsistency.Primary", "MR1003", "Primary", Key + ".Primary.OnAssembly")]
    public async Task It_is_declared_what_requests_have(string options, string id, string level, string key)
    {
        foreach (var ends in new[] { "\n", "\r\n" })
        {
            var project = Program(options).Replace("\n", ends, StringComparison.Ordinal) is var text ? Web(text) : null!;
            await CompilesAsync(project);
            var expected = text.Replace(
                $"using MonotonicReads.AspNetCore;{ends}",
                $"using MonotonicReads.AspNetCore;{ends}{ends}[assembly: {level}]{ends}",
                StringComparison.Ordinal
            );
            await CheckAsync(project, id, key, expected);
        }
    }

    [Theory]
    [InlineData("", "MR1003")]
    [InlineData("o => o.Level = ReadConsistency.Eventual", "MR1001")]
    [InlineData("o => o.Level = Enum.Parse<ReadConsistency>(\"Causal\")", "MR1001")]
    public async Task Nothing_is_declared_that_requests_have_not(string options, string id) =>
        Assert.DoesNotContain(await KeysAsync(Web(Program(options)), id), static k => k.EndsWith(".OnAssembly", StringComparison.Ordinal));

    [Theory]
    [InlineData("app.UseReadSessions();", "")]
    [InlineData("app.UseReadSessions();", "if (args.Length > 0) app.UseReadSessions();")]
    [InlineData("app.UseReadSessions();", "app.UseWhen(c => c.Request.Path.Value == \"/api\", b => b.UseReadSessions());")]
    [InlineData("AddReadSessions()", "AddReadSessions(Setup.Sessions)")]
    [InlineData("AddReadSessions()", "AddReadSessions(o => Setup.Sessions(o))")]
    [InlineData("AddReadSessions()", "AddReadSessions(o => { if (args.Length > 0) o.Level = ReadConsistency.Causal; })")]
    [InlineData("AddReadSessions()", "AddReadSessions(o => { if (args.Length > 0) return; o.Level = ReadConsistency.Causal; })")]
    [InlineData("AddReadSessions()", "AddReadSessions(o => { o.Level = ReadConsistency.Primary; o.Level = ReadConsistency.Eventual; })")]
    [InlineData("AddReadSessions();", "AddReadSessions(); builder.Services.AddReadSessions(o => o.Level = ReadConsistency.Eventual);")]
    [InlineData(
        "AddReadSessions();",
        "AddReadSessions(); builder.Services.Configure<RequestSessionOptions>(o => o.Level = ReadConsistency.Eventual);"
    )]
    [InlineData("builder.Services.AddReadSessions();", "")]
    public async Task Nothing_is_declared_where_it_is_not_certain_what_requests_have(string written, string instead)
    {
        var program = Program("").Replace(written, instead, StringComparison.Ordinal);
        if (instead.Contains("Setup", StringComparison.Ordinal))
        {
            program +=
                "static class Setup { public static void Sessions(RequestSessionOptions o) => o.Level = ReadConsistency.Eventual; }\n";
        }

        await CompilesAsync(Web(program));
        Assert.DoesNotContain(await KeysAsync(Web(program), "MR1001"), OnAssembly);
    }

    [Theory]
    [InlineData("AddReadSessions(null)", Key + ".OnAssembly")]
    [InlineData("AddReadSessions((RequestSessionOptions o) => { o.UsesHeader = true; o.Cookie!.Name = \"c\"; })", Key + ".OnAssembly")]
    [InlineData("AddReadSessions(o => { o.UsesHeader = true; o.Level = ReadConsistency.Causal; })", Key + ".Causal.OnAssembly")]
    public async Task Options_that_are_understood_are_none_the_less_so(string call, string key)
    {
        var program = Program("").Replace("AddReadSessions()", call, StringComparison.Ordinal);
        await CompilesAsync(Web(program));
        Assert.Contains(key, await KeysAsync(Web(program), "MR1001"));
    }

    [Theory]
    [InlineData("static IDbConnection db; int f = " + A + " + " + B + ";", false)]
    [InlineData("public Orders(IDbConnection db) { _ = " + A + " + " + B + "; }", false)]
    [InlineData("public virtual int Load(IDbConnection db) => " + A + " + " + B + ";", true)]
    public async Task What_may_run_outside_of_requests_does_not_ask_for_it(string member, bool isOffered)
    {
        var project = Web(WithMember(member));
        Assert.Equal(isOffered, (await KeysAsync(project, "MR1001")).Any(k => OnAssembly(k)));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("app.MapGet(\"/\", (IDbConnection db) => " + A + " + " + B + ");", true)]
    public async Task The_program_itself_is_no_request_and_an_endpoint_is(string mapped, bool isOffered)
    {
        var body = mapped.Length > 0 ? mapped : $"IDbConnection db = null!; _ = {A} + {B};";
        var program = WithMember("").Replace("app.Run();", body + " app.Run();", StringComparison.Ordinal);
        await CompilesAsync(Web(program));
        Assert.Equal(isOffered, (await KeysAsync(Web(program), "MR1001")).Any(k => OnAssembly(k)));
    }

    [Fact]
    public async Task A_hosted_service_is_no_request()
    {
        var program =
            WithMember("")
            + $"public class Job : Microsoft.Extensions.Hosting.BackgroundService {{ protected override async System.Threading.Tasks.Task ExecuteAsync(System.Threading.CancellationToken token) {{ IDbConnection db = null!; _ = {A} + {B}; await System.Threading.Tasks.Task.Yield(); }} }}\n";
        await CompilesAsync(Web(program));
        Assert.NotEmpty(await KeysAsync(Web(program), "MR1001"));
        Assert.DoesNotContain(await KeysAsync(Web(program), "MR1001"), OnAssembly);
    }

    [Fact]
    public async Task A_project_that_is_used_may_set_the_options()
    {
        var defaults = Project(
            new AdhocWorkspace(),
            "Defaults",
            OutputKind.DynamicallyLinkedLibrary,
            [.. ReadRules.References, .. AspNetCore.WithPackage],
            (
                "Defaults.cs",
                "using Microsoft.Extensions.DependencyInjection;\nusing MonotonicReads;\nusing MonotonicReads.AspNetCore;\npublic static class Defaults { public static void AddDefaults(this IServiceCollection services) => services.Configure<RequestSessionOptions>(o => o.Level = ReadConsistency.Eventual); }\n"
            )
        );
        var web = Project(
            defaults.Solution,
            "Shop",
            OutputKind.ConsoleApplication,
            [.. ReadRules.References, .. AspNetCore.WithPackage],
            (
                "Program.cs",
                Program("").Replace("AddReadSessions();", "AddReadSessions(); builder.Services.AddDefaults();", StringComparison.Ordinal)
            )
        );
        web = web.Solution.AddProjectReference(web.Id, new(defaults.Id)).GetProject(web.Id)!;
        await CompilesAsync(web);
        Assert.DoesNotContain(await KeysAsync(web, "MR1001"), OnAssembly);
    }

    [Fact]
    public async Task A_command_that_takes_what_is_offered_first_is_offered_the_member_alone()
    {
        using var workspace = new AdhocWorkspace(MefHostServices.DefaultHost, WorkspaceKind.MSBuild);
        var program = Program("")
            .Replace(
                "public virtual int Load",
                $"static IDbConnection db; int f = {A} + {B};\n    public virtual int Load",
                StringComparison.Ordinal
            );
        var project = Project(
            workspace,
            "Shop",
            OutputKind.ConsoleApplication,
            [.. ReadRules.References, .. AspNetCore.WithPackage],
            ("Program.cs", program)
        );
        await CompilesAsync(project);
        var findings = (await FindingsAsync(project)).Where(static d => d.Id == "MR1001").ToList();
        Assert.Equal(2, findings.Count);
        Assert.Empty(await OffersAsync(project, findings[0]));
        Assert.Equal(
            [Key, AcceptStaleReadsFix.EquivalenceKey],
            (await OffersAsync(project, findings[1])).Select(static a => a.EquivalenceKey).Order(StringComparer.Ordinal).Reverse()
        );
    }

    [Fact]
    public async Task Nothing_is_declared_twice_or_where_no_request_has_a_session()
    {
        var declared = Program("").Replace("\n\nvar builder", "\n\n[assembly: Monotonic]\n\nvar builder", StringComparison.Ordinal);
        Assert.DoesNotContain(await FindingsAsync(Web(declared)), static d => d.Id == "MR1001");
        var without = Program("")
            .Replace("app.UseReadSessions();", "", StringComparison.Ordinal)
            .Replace("builder.Services.AddReadSessions();", "", StringComparison.Ordinal);
        Assert.DoesNotContain(await KeysAsync(Web(without), "MR1001"), static k => k.EndsWith(".OnAssembly", StringComparison.Ordinal));
    }

    private static bool OnAssembly(string key) => key.EndsWith(".OnAssembly", StringComparison.Ordinal);

    /// <summary>With one member in the class, and nothing else that reads.</summary>
    private static string WithMember(string member)
    {
        var program = Program("");
        var body = program.IndexOf("    public virtual", StringComparison.Ordinal);
        return program[..body] + member + "\n}\n";
    }

    private static Project Web(string program) =>
        Project(
            new AdhocWorkspace(),
            "Shop",
            OutputKind.ConsoleApplication,
            [.. ReadRules.References, .. AspNetCore.WithPackage],
            ("Program.cs", program)
        );

    private static string Program(string options) =>
        $$"""
            using System;
            using System.Data;
            using Dapper;
            using Microsoft.AspNetCore.Builder;
            using Microsoft.Extensions.DependencyInjection;
            using MonotonicReads;
            using MonotonicReads.AspNetCore;

            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddReadSessions({{options}});
            var app = builder.Build();
            app.UseReadSessions();
            app.Run();

            public class Orders
            {
                public virtual int Load(IDbConnection db) => {{A}} + {{B}};
                public virtual int Save(IDbConnection db) { {{Write}}; return {{A}}; }
            }

            """.ReplaceLineEndings("\n");
}
