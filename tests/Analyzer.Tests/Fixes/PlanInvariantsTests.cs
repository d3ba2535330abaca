using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>The fix of a plan changes a number or an argument and nothing around it, whatever stands there.</summary>
public class PlanInvariantsTests
{
    private const string A = "db.Query(\"SELECT a FROM t\");";
    private const string B = "db.Query(\"SELECT b FROM t\");";

    /// <summary>Annotations without a plan.</summary>
    private static readonly string[] Unplanned =
    [
        "[@1Monotonic@2]@3",
        "[@1Monotonic@2(@3)@4]",
        "[Monotonic(@1Key@2=@3\"id\"@4)]",
        "[Monotonic(Key = \"id\"@1)@2]@3[Obsolete]",
        "[@1method:@2Causal@3]@4",
        "[Obsolete@1,@2Monotonic@3]@4",
        "[@1Causal@2,@3Obsolete@4]",
        "[Obsolete]@1[MonotonicReads@2.@3MonotonicAttribute@4]",
    ];

    /// <summary>Annotations with one that is wrong.</summary>
    private static readonly string[] Planned =
    [
        "[Monotonic(@1Reads@2=@37@4)]",
        "[Monotonic(@1Reads = 7@2,@3Key = \"id\"@4)]",
        "[Monotonic(@1Key = \"id\"@2,@3Reads = 7@4)]",
        "[@1Causal@2(@3Reads = 7@4)]",
        "[Obsolete,@1Monotonic(Reads = 7)@2]@3",
        "[Monotonic(Reads = 3@1+@2 4@3)@4]",
    ];

    [Theory]
    [MemberData(nameof(FixInvariants.Variants), MemberType = typeof(FixInvariants))]
    public async Task A_number_is_written(int place, int filler, string layout)
    {
        var document = FixInvariants.Document(Source(Unplanned, place, filler, layout, A + " " + B));
        var planned = await HoldsAsync(document, MR1007SeriesCouldBePlanned.Id, offered: Unplanned.Length);
        Assert.Equal(Unplanned.Length, Regex.Count(planned, "Reads = 2"));
    }

    [Theory]
    [MemberData(nameof(FixInvariants.Variants), MemberType = typeof(FixInvariants))]
    public async Task A_number_is_mended(int place, int filler, string layout)
    {
        var document = FixInvariants.Document(Source(Planned, place, filler, layout, A + " " + B));
        await HoldsAsync(document, MR1006WrongPlan.Id, offered: null, "7", "3", "4", "+");
    }

    [Theory]
    [MemberData(nameof(FixInvariants.Variants), MemberType = typeof(FixInvariants))]
    public async Task A_plan_is_taken_away_with_nothing_else(int place, int filler, string layout)
    {
        var document = FixInvariants.Document(Source(Planned, place, filler, layout, $"foreach (var x in new int[9]) {{ {A} }}"));
        await HoldsAsync(document, MR1006WrongPlan.Id, offered: null, "Reads", "=", "7", "3", "4", "+", ",", "(", ")");
    }

    [Theory]
    [InlineData("[Monotonic(\n#if !OTHER\n    Key = \"id\"\n#endif\n    )]")]
    [InlineData("[Monotonic(\n#if OTHER\n    Key = \"id\"\n#endif\n    )]")]
    [InlineData("[Monotonic(\n#if OTHER\n    Key = \"id\",\n#endif\n    Reads = 7)]")]
    [InlineData("[Monotonic(\n#if OTHER\n    Reads = 2\n#else\n    Reads = 7\n#endif\n    )]")]
    [InlineData("[Monotonic\n#if OTHER\n    (Key = \"id\")\n#endif\n    ]")]
    [InlineData("#if OTHER\n    [Causal]\n#else\n    [Monotonic]\n#endif")]
    public async Task The_other_branch_still_parses(string annotation)
    {
        foreach (var body in new[] { A + " " + B, $"foreach (var x in new int[9]) {{ {A} }}" })
        {
            var document = FixInvariants.Document(Source([annotation], 1, 0, "lf", body));
            await HoldsAsync(document, null, offered: null, "Reads", "=", "7", "(", ")");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_encoding_of_the_file_is_kept(bool hasMark)
    {
        var encoding = new UTF8Encoding(hasMark);
        var document = FixInvariants.Document(Source(Unplanned, 1, 0, "crlf", A + " " + B), encoding);
        var all = await FixInvariants.AllAsync(new PlanSeriesFix(), nameof(PlanSeriesFix), document, await FindingsAsync(document));
        var text = await all.GetTextAsync();
        Assert.Contains("Reads = 2", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\uFEFF', text.ToString());
        Assert.Equal(encoding.GetPreamble(), text.Encoding!.GetPreamble());
    }

    /// <summary>What is offered does what it says, one by one and together; the text with all.</summary>
    private static async Task<string> HoldsAsync(Document document, string? only, int? offered, params string[] replaced)
    {
        var found = await FindingsAsync(document);
        Assert.All(found, d => Assert.Equal(only ?? d.Id, d.Id));
        var offers = await OffersAsync(document, found);
        Assert.Equal(offered ?? offers.Count, offers.Count);
        var old = (await document.GetTextAsync()).ToString();
        foreach (var offer in offers)
        {
            var one = await FixInvariants.AppliedAsync(document, offer);
            FixInvariants.CheckKept(old, (await one.GetTextAsync()).ToString(), replaced);
            await CompilesAsync(one);
            Assert.Equal(found.Length - 1, (await FindingsAsync(one)).Length);
        }

        var all = await FixInvariants.AllAsync(new PlanSeriesFix(), nameof(PlanSeriesFix), document, found);
        var text = (await all.GetTextAsync()).ToString();
        FixInvariants.CheckKept(old, text, replaced);
        await CompilesAsync(all);
        var left = await FindingsAsync(all);
        Assert.Equal(found.Length - offers.Count, left.Length);
        Assert.Empty(await OffersAsync(all, left));
        return text;
    }

    private static async Task CompilesAsync(Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync())!;
        Assert.DoesNotContain(compilation.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);
    }

    private static async Task<ImmutableArray<Diagnostic>> FindingsAsync(Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync())!;
        var all = await compilation.WithAnalyzers([new ReadRulesAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. all.Where(static d => d.Id is MR1006WrongPlan.Id or MR1007SeriesCouldBePlanned.Id)];
    }

    private static async Task<List<CodeAction>> OffersAsync(Document document, ImmutableArray<Diagnostic> found)
    {
        var offers = new List<CodeAction>();
        foreach (var diagnostic in found)
        {
            await new PlanSeriesFix().RegisterCodeFixesAsync(
                new CodeFixContext(document, diagnostic, (action, _) => offers.Add(action), default)
            );
        }

        // The file of plans has tests of its own.
        offers.RemoveAll(static o => o.EquivalenceKey != nameof(PlanSeriesFix));
        return offers;
    }

    private static string Source(string[] annotations, int place, int filler, string layout, string body) =>
        FixInvariants.InLayout(
            "using System;\nusing System.Data.Common;\nusing Dapper;\nusing MonotonicReads;\n\npublic class Orders(DbConnection db)\n{\n    "
                + string.Join(
                    "\n\n    ",
                    annotations.Select(
                        (annotation, i) =>
                            FixInvariants.Filled(annotation, place, filler)
                            + $"\n    public virtual void M{i}(int id)\n    {{\n        {body}\n    }}"
                    )
                )
                + "\n}\n",
            layout
        );
}
