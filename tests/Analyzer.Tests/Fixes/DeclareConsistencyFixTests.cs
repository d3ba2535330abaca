using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Fixes;

public class DeclareConsistencyFixTests
{
    private const string Head = """
        using System.Collections.Generic;
        using System.Data;
        using System.Threading.Tasks;
        using Dapper;

        """;

    private const string HeadImporting = """
        using System.Collections.Generic;
        using System.Data;
        using System.Threading.Tasks;
        using Dapper;
        using MonotonicReads;

        """;

    [Fact]
    public Task A_method_that_implements_an_interface_is_annotated() =>
        Check(
            """
            interface IOrders { Task<int> Load(); }

            class Orders(IDbConnection db) : IOrders
            {
                // Two reads.
                public async Task<int> {|MR1001:Load|}()
                {
                    return await db.QuerySingleAsync<int>("SELECT a FROM t") + await db.QuerySingleAsync<int>("SELECT b FROM t");
                }
            }
            """,
            """
            interface IOrders { Task<int> Load(); }

            class Orders(IDbConnection db) : IOrders
            {
                // Two reads.
                [Monotonic]
                public async Task<int> Load()
                {
                    return await db.QuerySingleAsync<int>("SELECT a FROM t") + await db.QuerySingleAsync<int>("SELECT b FROM t");
                }
            }
            """
        );

    [Fact]
    public Task A_virtual_method_of_a_class_without_interface_is_annotated() =>
        Check(
            """
            public class Orders(IDbConnection db)
            {
                public virtual int {|MR1001:Load|}() => db.QuerySingle<int>("SELECT a FROM t") + db.QuerySingle<int>("SELECT b FROM t");
            }
            """,
            """
            public class Orders(IDbConnection db)
            {
                [Monotonic]
                public virtual int Load() => db.QuerySingle<int>("SELECT a FROM t") + db.QuerySingle<int>("SELECT b FROM t");
            }
            """
        );

    [Fact]
    public Task A_method_that_no_wrapper_reaches_begins_a_session() =>
        Check(
            """
            class Orders(IDbConnection db)
            {
                private int {|MR1001:Load|}()
                {
                    // The count first.
                    var a = db.QuerySingle<int>("SELECT a FROM t");
                    return a + db.QuerySingle<int>("SELECT b FROM t");
                }
            }
            """,
            """
            class Orders(IDbConnection db)
            {
                private int Load()
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                    // The count first.
                    var a = db.QuerySingle<int>("SELECT a FROM t");
                    return a + db.QuerySingle<int>("SELECT b FROM t");
                }
            }
            """
        );

    [Theory]
    [InlineData(
        "static async Task M(IDbConnection db) => await db.QueryAsync<int>(await db.QueryFirstAsync<string>(\"SELECT a FROM t\"));",
        "static async Task M(IDbConnection db)\n    {\n        using var session = ReadSession.Begin(ReadConsistency.Monotonic);\n        await db.QueryAsync<int>(await db.QueryFirstAsync<string>(\"SELECT a FROM t\"));\n    }"
    )]
    [InlineData(
        "static async Task<int> M(IDbConnection db) => await db.QueryFirstAsync<int>(await db.QueryFirstAsync<string>(\"SELECT a FROM t\"));",
        "static async Task<int> M(IDbConnection db)\n    {\n        using var session = ReadSession.Begin(ReadConsistency.Monotonic);\n        return await db.QueryFirstAsync<int>(await db.QueryFirstAsync<string>(\"SELECT a FROM t\"));\n    }"
    )]
    [InlineData(
        "static int M(IDbConnection session) => session.QueryFirst<int>(session.QueryFirst<string>(\"SELECT a FROM t\"));",
        "static int M(IDbConnection session)\n    {\n        using var readSession = ReadSession.Begin(ReadConsistency.Monotonic);\n        return session.QueryFirst<int>(session.QueryFirst<string>(\"SELECT a FROM t\"));\n    }"
    )]
    [InlineData(
        "static IDbConnection db;\n    int M => db.QueryFirst<int>(db.QueryFirst<string>(\"SELECT a FROM t\"));",
        "static IDbConnection db;\n    int M\n    {\n        get\n        {\n            using var session = ReadSession.Begin(ReadConsistency.Monotonic);\n            return db.QueryFirst<int>(db.QueryFirst<string>(\"SELECT a FROM t\"));\n        }\n    }"
    )]
    public Task Expression_bodies_become_blocks(string before, string after) =>
        Check(
            "class Orders\n{\n    "
                + before
                    .Replace(" M(", " {|MR1001:M|}(", StringComparison.Ordinal)
                    .Replace(" M =>", " {|MR1001:M|} =>", StringComparison.Ordinal)
                + "\n}",
            "class Orders\n{\n    " + after + "\n}"
        );

    [Fact]
    public Task A_local_function_and_its_method_each_begin_one() =>
        Check(
            """
            class Orders(IDbConnection db)
            {
                private void {|MR1001:Load|}()
                {
                    db.Query("SELECT a FROM t");
                    db.Query("SELECT b FROM t");
                    void {|MR1001:Inner|}()
                    {
                        db.Query("SELECT a FROM t");
                        db.Query("SELECT b FROM t");
                    }
                }
            }
            """,
            """
            class Orders(IDbConnection db)
            {
                private void Load()
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                    db.Query("SELECT a FROM t");
                    db.Query("SELECT b FROM t");
                    void Inner()
                    {
                        using var readSession = ReadSession.Begin(ReadConsistency.Monotonic);
                        db.Query("SELECT a FROM t");
                        db.Query("SELECT b FROM t");
                    }
                }
            }
            """,
            iterations: 2
        );

    [Fact]
    public Task Fix_all_settles_each_method_in_the_way_that_works_for_it() =>
        Check(
            """
            interface IOrders { int A(); int B(); }

            class Orders(IDbConnection db) : IOrders
            {
                public int {|MR1001:A|}() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");

                public int {|MR1001:B|}() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");

                public static int {|MR1001:C|}(IDbConnection db)
                {
                    return db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
                }
            }
            """,
            """
            interface IOrders { int A(); int B(); }

            class Orders(IDbConnection db) : IOrders
            {
                [Monotonic]
                public int A() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");

                [Monotonic]
                public int B() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");

                public static int C(IDbConnection db)
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                    return db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
                }
            }
            """,
            iterations: 3
        );

    [Fact]
    public Task Top_level_code_begins_one_before_its_first_statement() =>
        Check(
            """
            using var db = new MySqlConnector.MySqlConnection("");
            db.{|MR1001:Query("SELECT a FROM t")|};
            db.Query("SELECT b FROM t");
            """,
            """
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            using var db = new MySqlConnector.MySqlConnection("");
            db.Query("SELECT a FROM t");
            db.Query("SELECT b FROM t");
            """,
            kind: OutputKind.ConsoleApplication
        );

    [Theory]
    [InlineData(
        "IEnumerable<int> {|MR1001:M|}() { yield return db.QueryFirst<int>(\"SELECT a FROM t\"); yield return db.QueryFirst<int>(\"SELECT b FROM t\"); }"
    )]
    [InlineData(
        "static IDbConnection s; static int {|MR1001:f|} = s.QueryFirst<int>(\"SELECT a FROM t\") + s.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData("System.Action {|MR1001:M|}() { return () => { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); }; }")]
    public async Task Nothing_is_offered_where_the_session_would_not_hold(string member)
    {
        var source = HeadImporting + "class Orders(IDbConnection db)\n{\n    " + member + "\n}";
        await New(source, source, 0, OutputKind.DynamicallyLinkedLibrary, LanguageVersion.Latest).RunAsync();
    }

    [Fact]
    public async Task Nothing_is_offered_where_the_language_has_no_using_declaration()
    {
        var source =
            HeadImporting
            + "class Orders { static void {|MR1001:M|}(IDbConnection db) { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); } }";
        await New(source, source, 0, OutputKind.DynamicallyLinkedLibrary, LanguageVersion.CSharp7_3).RunAsync();
    }

    /// <summary>Each fix is applied alone until nothing is left, then as Fix All over document, project and solution; the result must compile.</summary>
    private static Task Check(string before, string after, int iterations = 1, OutputKind kind = OutputKind.DynamicallyLinkedLibrary) =>
        New(Head + "\n" + before, HeadImporting + "\n" + after, iterations, kind, LanguageVersion.Latest).RunAsync();

    private static CSharpCodeFixTest<ReadRulesAnalyzer, DeclareConsistencyFix, DefaultVerifier> New(
        string before,
        string after,
        int iterations,
        OutputKind kind,
        LanguageVersion language
    )
    {
        var test = new CSharpCodeFixTest<ReadRulesAnalyzer, DeclareConsistencyFix, DefaultVerifier>
        {
            TestCode = before.ReplaceLineEndings(),
            FixedCode = after.ReplaceLineEndings(),
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            NumberOfIncrementalIterations = iterations,
            NumberOfFixAllIterations = Math.Min(iterations, 1),
        };
        test.TestState.OutputKind = kind;
        test.DisabledDiagnostics.Add(MR1007SeriesCouldBePlanned.Id);
        test.TestState.AdditionalReferences.AddRange(ReadRules.References);
        test.SolutionTransforms.Add((solution, project) => solution.WithProjectParseOptions(project, new CSharpParseOptions(language)));
        return test;
    }
}
