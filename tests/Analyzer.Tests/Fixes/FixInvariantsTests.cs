using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>
/// What holds for a fix wherever it is offered: the code compiles, the finding is gone, nothing but white space and arrows is taken away, line
/// ends stay of one kind, the other branch of every <c>#if</c> still parses, and a second run changes nothing.
/// </summary>
public class FixInvariantsTests
{
    private const string Head =
        "using System;\nusing System.Collections.Generic;\nusing System.Data;\nusing System.Linq;\nusing System.Threading.Tasks;\nusing Dapper;\n";

    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    /// <summary>Members with the places where something may stand: before the body, at its beginning, at its end, and behind it.</summary>
    private static readonly string[] Shapes =
    [
        "static int M0(IDbConnection db)@1=>@2" + A + " + " + B + "@3;@4",
        "static int M1(IDbConnection db)@1{@2return " + A + " + " + B + ";@3}@4",
        "static int M2(IDbConnection db)@1{@2\n        var a = " + A + ";\n        return a + " + B + ";\n    @3}@4",
        "static async Task M3(IDbConnection db)@1=>@2await db.QueryAsync(await db.QueryFirstAsync<string>(\"SELECT a FROM t\"))@3;@4",
        "static async Task<int> M4(IDbConnection db)@1=>@2await db.QueryFirstAsync<int>(await db.QueryFirstAsync<string>(\"SELECT a FROM t\"))@3;@4",
        "static void M5(IDbConnection db)@1=>@2db.Execute(" + A + " + \"\" + " + B + ")@3;@4",
        "static IDbConnection db;",
        "static int P6@1=>@2" + A + " + " + B + "@3;@4",
        "int this[int i]@1=>@2" + A + " + " + B + " + i@3;@4",
        "int P7 { get@1=>@2" + A + " + " + B + "@3;@4 set { } }",
        "int P8\n    {\n        get@1=>@2" + A + " + " + B + "@3;@4\n        set@1{@2_ = " + A + " + " + B + " + value;@3}@4\n    }",
        "public static int operator +(Orders o, IDbConnection db)@1=>@2" + A + " + " + B + "@3;@4",
        "public static explicit operator int(Orders o)@1=>@2" + A + " + " + B + "@3;@4",
        "Orders(IDbConnection db)@1=>@2field = " + A + " + " + B + "@3;@4",
        "int field;",
        "Orders(IDbConnection db, int n) : this(db)@1{@2field = " + A + " + " + B + " + n;@3}@4",
        "Orders(IDbConnection db, bool b) : this(db, " + A + " + " + B + ")@1{@2@3}@4",
        "~Orders()@1=>@2_ = " + A + " + " + B + "@3;@4",
        "static ref int M9(IDbConnection db, int[] x)@1=>@2ref x[" + A + " + " + B + "]@3;@4",
        "static int M10<T>(IDbConnection db)\n        where T : class@1=>@2" + A + " + " + B + "@3;@4",
        "static int M11(IDbConnection db, int x)@1=>@2x switch\n    {\n        1 => " + A + " + " + B + ",\n        _ => 0,\n    }@3;@4",
        "static unsafe int M12(IDbConnection db, int* p)@1=>@2" + A + " + " + B + " + *p@3;@4",
        "static int M13(IDbConnection db, out int x)@1{@2x = " + A + ";\n        return " + B + ";@3}@4",
        "static int M14(IDbConnection db)\n    {\n        return Inner();\n        int Inner()@1=>@2" + A + " + " + B + "@3;@4\n    }",
        "static (int, int) M15(IDbConnection session)@1=>@2("
            + A.Replace("db", "session", StringComparison.Ordinal)
            + ", "
            + B.Replace("db", "session", StringComparison.Ordinal)
            + ")@3;@4",
        "static IEnumerable<int> M16(IDbConnection db)@1{@2yield return " + A + "; yield return " + B + ";@3}@4",
        "static IEnumerable<int> M17(IDbConnection db, int[] ids)@1=>@2ids.Select(i => " + A + ")@3;@4",
        "static int M18(IDbConnection db) => " + A + "\n        + " + B + "@3;@4",
        "static string M19(IDbConnection db)@1=>@2$@\"{" + A + "}\n  {" + B + "}\"@3;@4",
        "public virtual int M20()@1=>@2" + A + " + " + B + "@3;@4",
        "[Obsolete]\n    public virtual int M21()@1{@2return " + A + " + " + B + ";@3}@4",
        "int IOrders.M22()@1=>@2" + A + " + " + B + "@3;@4",
    ];

    [Theory]
    [MemberData(nameof(FixInvariants.Variants), MemberType = typeof(FixInvariants))]
    public Task Whatever_stands_around_a_body_stays(int place, int filler, string layout)
    {
        var members = Shapes.Select(shape => FixInvariants.Filled(shape, place, filler));
        var source =
            Head
            + "\ninterface IOrders { int M22(); }\n\npublic class Orders : IOrders\n{\n    "
            + string.Join("\n\n    ", members)
            + "\n}\n";
        return HoldsAsync(FixInvariants.InLayout(source, layout), atLeast: 20);
    }

    [Theory]
    [InlineData("namespace Shop;\n\n", "")]
    [InlineData("namespace Shop\n{\nusing Dapper;\n", "}\n")]
    [InlineData("// Copyright\n\nnamespace Shop;\n\n", "")]
    [InlineData("// Copyright\nnamespace Shop;\n\n", "")]
    [InlineData("#nullable enable\n#pragma warning disable CS8618\nnamespace Shop;\n\n", "")]
    [InlineData("#if OTHER\nnamespace Other;\n#else\nnamespace Shop;\n#endif\n\n", "")]
    [InlineData("namespace Shop;\nclass ReadSession { }\n", "")]
    [InlineData("namespace Shop;\nclass MonotonicAttribute : System.Attribute { }\n", "")]
    [InlineData("namespace Shop.MonotonicReads\n{\nusing Dapper;\n", "}\n")]
    [InlineData("/// <summary>Said of the class.</summary>\n", "")]
    [InlineData("[assembly: System.CLSCompliant(false)]\n", "")]
    public Task The_import_finds_its_place(string before, string after) =>
        HoldsAsync(
            (before.Contains("using Dapper;", StringComparison.Ordinal) ? "" : "")
                + before
                + "public class Orders\n{\n    public static int M(System.Data.IDbConnection db) => Dapper.SqlMapper.QueryFirst<int>(db, \"SELECT a FROM t\") + Dapper.SqlMapper.QueryFirst<int>(db, \"SELECT b FROM t\");\n"
                + "    public virtual int N(System.Data.IDbConnection db) => Dapper.SqlMapper.QueryFirst<int>(db, \"SELECT a FROM t\") + Dapper.SqlMapper.QueryFirst<int>(db, \"SELECT b FROM t\");\n}\n"
                + after,
            atLeast: 2
        );

    [Theory]
    [InlineData("using System.Data;\n#if OTHER\nusing System.Linq;\n#else\nusing Dapper;\n#endif\n")]
    [InlineData("#if OTHER\nusing System.Linq;\n#else\nusing System.Data;\nusing Dapper;\n#endif\n")]
    [InlineData("global using System.Data;\nglobal using Dapper;\n")]
    [InlineData("using D = System.DateTime;\nusing System.Data; using Dapper;\n")]
    [InlineData("using System.Data; // rows\nusing Zeta;\nusing Dapper; // text\n")]
    [InlineData("using System.Data;\nusing Dapper;\nusing Zeta;\nusing Primary = System.Int32;\n")]
    public Task The_import_goes_among_the_others(string usings) =>
        HoldsAsync(
            usings
                + "\npublic class Orders\n{\n    public static int M(IDbConnection db) => "
                + A
                + " + "
                + B
                + ";\n}\nnamespace Zeta { public class Primary { } }\n",
            atLeast: 1
        );

    [Theory]
    [InlineData(
        "class C { static int M(IDbConnection db) { return "
            + A
            + " + "
            + B
            + "; } static int N(IDbConnection db) => "
            + A
            + " + "
            + B
            + "; }"
    )]
    [InlineData("class C {\r\n  static int M(IDbConnection db)\n  {\r\n    return " + A + " + " + B + ";\n  }\r\n}\n")]
    [InlineData("class C {\n\tstatic int M(IDbConnection db) {\n\t\treturn " + A + " + " + B + ";\n\t}\n}\n")]
    [InlineData("class C { static int M(IDbConnection db) => " + A + " + " + B + "; }")]
    [InlineData(
        "class C\n{\n    int M(IDbConnection db) {\n        // first\n        return " + A + " + " + B + ";\n    } int N() => 1;\n}\n"
    )]
    public Task The_layout_of_the_file_is_kept(string type) => HoldsAsync("using System.Data;\nusing Dapper;\n" + type, atLeast: 1);

    [Theory]
    [InlineData("class C { C(int a) { } C(IDbConnection db) : this(" + A + " + " + B + ") { } }")]
    [InlineData("class C { static IEnumerable<int> M(IDbConnection db) { yield return " + A + "; yield return " + B + "; } }")]
    [InlineData("class C { static int M(IDbConnection db) =>\n#if OTHER\n 1;\n#else\n" + A + " + " + B + ";\n#endif\n}")]
    [InlineData("class C { static System.Func<int> M(IDbConnection db) => () => " + A + " + " + B + "; }")]
    [InlineData("class C { IEnumerable<int> kept; void M(IDbConnection db, int[] ids) { kept = ids.Select(i => " + A + "); } }")]
    [InlineData("class C { (IEnumerable<int>, int) M(IDbConnection db, int[] ids) => (ids.Select(i => " + A + "), 1); }")]
    [InlineData("class C { IQueryable<int> M(IDbConnection db, int[] ids) => ids.Select(i => " + A + ").AsQueryable(); }")]
    [InlineData(
        "class C { void M(IDbConnection db, int[] ids) { Keep(ids.Select(i => "
            + A
            + ")); } IEnumerable<int> kept; void Keep(IEnumerable<int> s) { kept = s; } }"
    )]
    [InlineData(
        "class C { IEnumerable<int> Lines(IDbConnection db) { yield return "
            + A
            + "; } IEnumerator<int> M(IDbConnection db) => Lines(db).Concat(Lines(db)).GetEnumerator(); }"
    )]
    public async Task Nothing_is_offered_where_a_session_would_not_hold(string type)
    {
        var document = FixInvariants.Document(Head + type);
        var found = await FindingsAsync(document);
        Assert.NotEmpty(found);
        Assert.DoesNotContain(await OffersAsync(document, found), static o => !o.Action.Title.Contains("list", StringComparison.Ordinal));
    }

    /// <summary>A list of nothing, of tasks that run on, of what somebody else goes through: not even that is offered.</summary>
    [Theory]
    [InlineData("class C { static IEnumerable<int> M(IDbConnection db, int[] ids) => ids?.Select(i => " + A + "); }")]
    [InlineData("class C { static IEnumerable<int> M(IDbConnection db, int[] ids) => ids == null ? null : ids.Select(i => " + A + "); }")]
    [InlineData(
        "class C { static IEnumerable<int> M(IDbConnection db, int[] ids) { IEnumerable<int> q = null; if (ids != null) q = ids.Select(i => "
            + A
            + "); return q; } }"
    )]
    [InlineData("class C { static IEnumerable<int> M(IDbConnection db, int[] ids) => ids.Select(i => " + A + ") as IEnumerable<int>; }")]
    [InlineData(
        "class C { static IEnumerable<Task<int>> M(IDbConnection db, int[] ids) => ids.Select(async i => { await Task.Yield(); return "
            + A
            + "; }); }"
    )]
    [InlineData("class C { static IDataReader M(IDbConnection db) { _ = " + A + "; return db.ExecuteReader(\"SELECT b FROM t\"); } }")]
    [InlineData("class C { static object M(IDbConnection db) { _ = " + A + "; return db.QueryFirstAsync<int>(\"SELECT b FROM t\"); } }")]
    [InlineData("class C { static void M(IDbConnection db) { Task.Run(() => { _ = " + A + "; _ = " + B + "; }); } }")]
    public async Task Nothing_at_all_is_offered_where_a_list_would_not_do(string type)
    {
        var document = FixInvariants.Document(Head + type);
        var found = await FindingsAsync(document);
        Assert.NotEmpty(found);
        Assert.Empty(await OffersAsync(document, found));
    }

    [Theory]
    [InlineData("IEnumerable<int> M(IDbConnection db, int[] ids) => ids.Select(i => " + A + ");")]
    [InlineData("IEnumerable<int> M(IDbConnection db, int[] ids) => ids.Select(i => " + A + ").Append(ids == null ? 0 : 1);")]
    [InlineData("IEnumerable<int> M(IDbConnection db, int[] ids) { var q = ids.Select(i => " + A + "); return q = q.Where(n => n > 1); }")]
    [InlineData("IEnumerable<int> M(IDbConnection db, int[] ids) { var q = ids.Select(i => " + A + "); return q; }")]
    public async Task A_sequence_that_reads_later_is_read_into_a_list_and_the_title_says_so(string member)
    {
        var document = FixInvariants.Document(Head + "class C\n{\n    " + member + "\n}\n");
        var offer = Assert.Single(await OffersAsync(document, await FindingsAsync(document)));
        Assert.Contains("list", offer.Action.Title, StringComparison.Ordinal);
        await CheckAsync(document, await FixInvariants.AppliedAsync(document, offer.Action), fewer: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_encoding_of_the_file_is_kept(bool hasMark)
    {
        var encoding = new UTF8Encoding(hasMark);
        var document = FixInvariants.Document(Head + "class C { static int M(IDbConnection db) => " + A + " + " + B + "; }\n", encoding);
        var found = await FindingsAsync(document);
        var all = await FixInvariants.AllAsync(new DeclareConsistencyFix(), DeclareConsistencyFix.EquivalenceKey, document, found);
        var one = await FixInvariants.AppliedAsync(document, Assert.Single(await OffersAsync(document, found)).Action);
        foreach (var text in new[] { await all.GetTextAsync(), await one.GetTextAsync() })
        {
            Assert.Contains("ReadSession.Begin", text.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain('\uFEFF', text.ToString());
            Assert.Equal(encoding.GetPreamble(), text.Encoding!.GetPreamble());
        }
    }

    private static async Task HoldsAsync(string source, int atLeast)
    {
        var document = FixInvariants.Document(source);
        var found = await FindingsAsync(document);
        var offers = await OffersAsync(document, found);
        var ordinary = offers.Where(o => o.Action.EquivalenceKey == DeclareConsistencyFix.EquivalenceKey).ToList();
        Assert.True(ordinary.Count >= atLeast, $"{ordinary.Count} of {found.Length} findings have a fix:\n{source}");

        var all = await FixInvariants.AllAsync(new DeclareConsistencyFix(), DeclareConsistencyFix.EquivalenceKey, document, found);
        await CheckAsync(document, all, ordinary.Count);
        await CheckAsync(document, await FixInvariants.AppliedAsync(document, ordinary[0].Action), 1);
        await Workbench.NothingArisesAsync(document.Project, all.Project);

        var left = await FindingsAsync(all);
        Assert.DoesNotContain(await OffersAsync(all, left), static o => o.Action.EquivalenceKey == DeclareConsistencyFix.EquivalenceKey);
        var again = await FixInvariants.AllAsync(new DeclareConsistencyFix(), DeclareConsistencyFix.EquivalenceKey, all, left);
        Assert.Equal((await all.GetTextAsync()).ToString(), (await again.GetTextAsync()).ToString());
    }

    /// <summary>What has to hold between a text and the same text with fixes.</summary>
    private static async Task CheckAsync(Document before, Document after, int fewer)
    {
        var (old, text) = ((await before.GetTextAsync()).ToString(), (await after.GetTextAsync()).ToString());
        var compilation = (await after.Project.GetCompilationAsync())!;
        Assert.True(
            compilation.GetDiagnostics().All(static d => d.Severity < DiagnosticSeverity.Error),
            string.Join('\n', compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error)) + "\n" + text
        );
        var (was, left) = (await FindingsAsync(before), await FindingsAsync(after));
        Assert.True(
            was.Length - left.Length == fewer,
            $"{fewer} of {was.Length} findings should be gone:\n{string.Join('\n', left)}\n{text}"
        );
        FixInvariants.CheckKept(old, text, "=>");
    }

    private static async Task<ImmutableArray<Diagnostic>> FindingsAsync(Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync())!;
        var all = await compilation
            .WithAnalyzers([new ReadRulesAnalyzer(), new WrapperRulesAnalyzer(), new MR2001CannotBeWrapped()])
            .GetAnalyzerDiagnosticsAsync();
        return
        [
            .. all.Where(static d => d.Id is "MR1001" or "MR1002" or "MR2001" or "MR2004" or "MR2005")
                .OrderBy(static d => d.Location.SourceSpan.Start),
        ];
    }

    private static async Task<List<(CodeAction Action, Diagnostic Diagnostic)>> OffersAsync(
        Document document,
        ImmutableArray<Diagnostic> found
    )
    {
        var offers = new List<(CodeAction, Diagnostic)>();
        var fix = new DeclareConsistencyFix();
        foreach (var diagnostic in found.Where(d => fix.FixableDiagnosticIds.Contains(d.Id)))
        {
            await fix.RegisterCodeFixesAsync(
                new CodeFixContext(document, diagnostic, (action, _) => offers.Add((action, diagnostic)), default)
            );
        }

        return offers;
    }
}
