using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Analyzer.Tests.Inventory;

/// <summary>What is known of units; <see cref="SurveyAgreement"/> holds it against the analyzer in all other tests.</summary>
public class CompilationSurveyTests
{
    private const string TwoReads =
        """{ await db.ExecuteScalarAsync<int>("SELECT a FROM t"); await db.ExecuteScalarAsync<int>("SELECT b FROM u"); }""";

    [Theory]
    [InlineData("", "", nameof(UnitState.Open))]
    [InlineData("[Monotonic]", "", nameof(UnitState.Monotonic))]
    [InlineData("[Monotonic(Snapshot = true)]", "", nameof(UnitState.Snapshot))]
    [InlineData("[Causal]", "", nameof(UnitState.Causal))]
    [InlineData("[Primary]", "", nameof(UnitState.Primary))]
    [InlineData("[Eventual(\"a count for a chart\")]", "", nameof(UnitState.Accepted))]
    [InlineData("", "using var session = ReadSession.Begin(ReadConsistency.Monotonic);", nameof(UnitState.Monotonic))]
    [InlineData("", "using var session = ReadSession.Begin(ReadConsistency.Causal);", nameof(UnitState.Causal))]
    [InlineData("", "using var session = ReadSession.Begin(ReadConsistency.Primary);", nameof(UnitState.Primary))]
    public void Tells_what_settles_a_unit(string annotation, string first, string settled)
    {
        var state = Enum.Parse<UnitState>(settled);
        var unit = Assert.Single(Survey($$"""{{annotation}} public async Task M() { {{first}} {{TwoReads}} }""").Units);

        var finding = Assert.Single(unit.Findings);
        Assert.Equal(("MR1001", state), (finding.Rule, finding.State));
        Assert.Equal(state == UnitState.Open, finding.Because is null);
        Assert.Equal(state == UnitState.Accepted ? "a count for a chart" : null, finding.Because?.Reason);
    }

    [Fact]
    public void Says_where_a_declaration_stands()
    {
        var survey = Survey(
            $$"""
            public async Task A() {{TwoReads}}
            """,
            "[Monotonic] public partial class Orders { }"
        );

        var because = Assert.Single(Assert.Single(survey.Units).Findings).Because!;
        Assert.Equal(("[Monotonic]", "Orders"), (because.By, because.On));
        Assert.Equal("[Monotonic] public partial class Orders { }", because.Place!.Text);
    }

    [Fact]
    public void A_private_method_has_what_its_callers_have()
    {
        var survey = Survey(
            $$"""
            [Causal] public Task A() => B();
            private async Task B() {{TwoReads}}
            """
        );

        var finding = Assert.Single(Assert.Single(survey.Units).Findings);
        Assert.Equal((UnitState.Causal, "its callers"), (finding.State, finding.Because!.By));
    }

    [Fact]
    public void Monotonic_settles_the_reads_and_leaves_what_follows_a_write()
    {
        var survey = Survey(
            """
            [Monotonic] public async Task M()
            {
                await db.ExecuteScalarAsync<int>("SELECT a FROM t");
                await db.ExecuteAsync("UPDATE t SET a = 1");
                await db.ExecuteScalarAsync<int>("SELECT b FROM u");
            }
            """
        );

        Assert.Equal(
            [("MR1001", UnitState.Monotonic), ("MR1003", UnitState.Open)],
            Assert.Single(survey.Units).Findings.Select(static f => (f.Rule, f.State))
        );
    }

    [Fact]
    public void A_pragma_suppresses_and_a_baseline_accepts()
    {
        var survey = Survey(
            $$"""
            #pragma warning disable MR1001
            public async Task A() {{TwoReads}}
            #pragma warning restore MR1001
            public async Task B() {{TwoReads}}
            """,
            baseline: "MR1001 M:Orders.B"
        );

        Assert.Equal(
            [("A", UnitState.Suppressed), ("B", UnitState.Baselined)],
            survey.Units.Select(static u => (u.Name, Assert.Single(u.Findings).State))
        );
    }

    [Fact]
    public void Two_reads_of_one_transaction_are_no_unit()
    {
        var survey = Survey(
            """
            public void M()
            {
                using var transaction = db.BeginTransaction();
                db.Query("SELECT a FROM t", transaction: transaction);
                db.Query("SELECT b FROM u", transaction: transaction);
            }
            """
        );

        Assert.Empty(survey.Units);
        Assert.Equal([ReadPlace.Transaction, ReadPlace.Transaction], Sites(survey, "M").Select(static s => s.ReadsOn));
    }

    [Fact]
    public void A_read_says_where_it_runs_and_what_it_sends()
    {
        var survey = Survey(
            """
            public void M(int id)
            {
                db.Query("SELECT a FROM t WHERE id = " + id);
                db.Query("SELECT a FROM t FOR UPDATE");
                db.Execute("DELETE FROM orders");
            }
            """
        );

        Assert.Equal(
            [
                ("Query", "Dapper", "SELECT a FROM t WHERE id = …", ReadPlace.Replica, false),
                ("Query", "Dapper", "SELECT a FROM t FOR UPDATE", ReadPlace.Statement, false),
                ("Execute", "Dapper", "DELETE FROM orders", ReadPlace.Replica, true),
            ],
            Sites(survey, "M").Select(static s => (s.Name, s.Library!, s.Statement!, s.ReadsOn, s.Writes))
        );
    }

    [Fact]
    public void The_way_to_a_read_goes_through_implementations_and_local_functions()
    {
        var survey = Survey(
            """
            public void M(IShop shop) { shop.Find(); Local(); void Local() { db.Query("SELECT b FROM u"); } }
            """,
            """
            public interface IShop { void Find(); }
            public class Shop(DbConnection db) : IShop
            {
                public void Find() => Inner();
                private void Inner() => db.Query("SELECT a FROM v");
            }
            """
        );

        var unit = Assert.Single(survey.Units);
        Assert.Equal("MR1002", Assert.Single(unit.Findings).Rule);
        var sites = Sites(survey, "M");
        Assert.Equal(["M:Shop.Find"], sites[0].Calls);
        Assert.Equal(["M:Orders.M(IShop)~Local"], sites[1].Calls);
        Assert.Equal(["M:Shop.Inner"], Assert.Single(Sites(survey, "Find")).Calls);
        Assert.Equal("SELECT a FROM v", Assert.Single(Sites(survey, "Inner")).Statement);
    }

    [Fact]
    public void A_unit_is_called_by_what_it_implements_too()
    {
        var survey = Survey(
            "",
            $$"""
            public interface IShop { Task Find(); }
            public class Shop(DbConnection db) : IShop { public async Task Find() {{TwoReads}} }
            """
        );

        Assert.Equal(["M:Shop.Find", "M:IShop.Find"], Assert.Single(survey.Units).CalledAs);
    }

    [Fact]
    public void Generated_files_have_no_units()
    {
        Assert.Empty(Survey($$"""public async Task M() {{TwoReads}}""", path: "/0/Orders.g.cs").Units);
        Assert.Empty(Survey($$"""public async Task M() {{TwoReads}}""", head: "// <auto-generated/>\n").Units);
        Assert.NotEmpty(Survey($$"""public async Task M() {{TwoReads}}""", path: "/0/Orders.gg.cs").Units);
    }

    private static IReadOnlyList<SurveyedSite> Sites(CompilationSurvey survey, string method) =>
        Assert
            .Single(
                survey.Methods,
                m => m.Name.Contains("." + method + "(", StringComparison.Ordinal) && !m.Name.Contains(" › ", StringComparison.Ordinal)
            )
            .Sites;

    private static CompilationSurvey Survey(
        string members,
        string more = "",
        string? baseline = null,
        string path = "/0/Orders.cs",
        string head = ""
    )
    {
        var source = $$"""
            {{head}}{{ReadRules.Usings}}
            public partial class Orders(DbConnection db)
            {
            {{members}}
            }
            {{more}}
            """;
        var compilation = CSharpCompilation.Create(
            "Shop",
            [CSharpSyntaxTree.ParseText(source, path: path)],
            ReadRules.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        Assert.DoesNotContain(compilation.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);
        return CompilationSurvey.Of(
            compilation,
            new AnalyzerOptions(baseline is null ? [] : [new BaselineText(baseline)]),
            CancellationToken.None
        );
    }

    private sealed class BaselineText(string content) : AdditionalText
    {
        public override string Path => "/0/MonotonicReads.Baseline.txt";

        public override Microsoft.CodeAnalysis.Text.SourceText GetText(CancellationToken cancellationToken = default) =>
            Microsoft.CodeAnalysis.Text.SourceText.From(content);
    }
}
