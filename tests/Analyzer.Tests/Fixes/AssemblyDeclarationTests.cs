using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
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
