using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1006 and MR1007: how many reads a call makes, and what its annotation says.</summary>
public class SeriesPlanTests
{
    private const string A = "db.Query(\"SELECT a FROM t\");";
    private const string B = "db.Query(\"SELECT b FROM t\");";
    private const string C = "db.Query(\"SELECT c FROM t\");";

    [Theory]
    [InlineData("[Monotonic(Reads = 3)] public void {|MR1006:M|}() { " + A + B + " }")]
    [InlineData("[Monotonic(Reads = 2)] public void {|MR1006:M|}() { " + A + B + C + " }")]
    [InlineData("[Global(Reads = 2)] public void {|MR1006:M|}() { " + A + B + C + " }")]
    [InlineData("[Causal(Reads = 2)] public void {|MR1006:M|}() { " + A + B + C + " }")]
    [InlineData("[Monotonic(Reads = 3)] public void {|MR1006:M|}(int[] ids) { foreach (var id in ids) { " + A + " } }")]
    [InlineData("[Monotonic(Reads = 2)] public void {|MR1006:M|}() { " + A + " }")]
    [InlineData("[Monotonic(Reads = 2)] public int {|MR1006:M|}() => 1;")]
    [InlineData("[Monotonic(Reads = -1)] public void {|MR1006:M|}() { " + A + B + " }")]
    [InlineData("[Monotonic(Reads = 4)] public void {|MR1006:M|}(bool x) { " + A + " if (x) { " + B + " } else { " + B + C + " } }")]
    [InlineData("[Monotonic(Reads = 2)] public void {|MR1006:M|}(bool x) { " + A + " if (x) { " + B + " } " + C + " }")]
    [InlineData("[Monotonic(Reads = 2)] public void {|MR1006:M|}() { " + A + B + " One(); }")]
    [InlineData("[Monotonic(Reads = 2)] public void {|MR1006:M|}(int[] ids) { foreach (var id in ids) { " + A + B + " } }")]
    [InlineData("[Monotonic(Reads = 3)] public bool {|MR1006:M|}() { " + A + B + " return false; }")]
    [InlineData("[Monotonic(Reads = 3)] public bool {|MR1006:M|}() { " + A + B + " return true; }")]
    [InlineData("[Monotonic(Reads = 3)] public void {|MR1006:M|}(bool x) { do { " + A + " } while (x); }")]
    public Task A_plan_that_is_refuted(string member) => Verify(member);

    [Theory]
    [InlineData("[Monotonic(Reads = 2)] public void M() { " + A + B + " }")]
    [InlineData("[Causal(Reads = 3)] public void M() { " + A + B + C + " }")]
    [InlineData("[Monotonic(Reads = 3)] public void M(bool x) { " + A + " if (x) { " + B + " } else { " + B + C + " } }")]
    [InlineData("[Monotonic(Reads = 3)] public void M(bool x) { " + A + " if (x) { return; } " + B + C + " }")]
    [InlineData("[Monotonic(Reads = 1)] public void M() { " + A + " }")]
    [InlineData("[Monotonic(Reads = 5)] public void M(IUnknown u) { " + A + " u.Load(); " + B + " }")]
    [InlineData("[Monotonic(Reads = 5)] public void M() { " + A + " Three(); }")]
    [InlineData("[Monotonic(Reads = 0)] public void M(int[] ids) { foreach (var id in ids) { " + A + " } }")]
    [InlineData("[Primary] public void M() { " + A + B + " }")]
    [InlineData("[Monotonic(Reads = 5)] public void M(bool x) { while (x) { System.Threading.Thread.Sleep(10); " + A + B + " } }")]
    [InlineData("[Monotonic(Reads = 2)] public bool M() { " + A + B + " return false; }")]
    public Task A_plan_that_fits_or_cannot_be_refuted(string member) => Verify(member);

    [Theory]
    [InlineData("[Monotonic] public void {|MR1007:M|}() { " + A + B + " }")]
    [InlineData("[Global] public void {|MR1007:M|}() { " + A + B + C + " }")]
    [InlineData("[Causal] public void {|MR1007:M|}() { " + A + B + C + " }")]
    [InlineData("[Monotonic(Key = \"id\")] public void {|MR1007:M|}(int id) { " + A + B + " }")]
    [InlineData("[Monotonic] public void M() { " + A + " }")]
    [InlineData("[Monotonic] public void M(int[] ids) { foreach (var id in ids) { " + A + " } }")]
    [InlineData("[Monotonic] public void M(IUnknown u) { " + A + " u.Load(); " + B + " }")]
    [InlineData("[Primary] public void M() { " + A + B + " }")]
    public Task A_series_that_could_be_planned(string member) => Verify(member, hidden: true);

    private const string Pair = " private void Pair() { " + A + B + " }";

    /// <summary>What a method's own helpers read is read in its session: the number is proved through the call.</summary>
    [Theory]
    [InlineData("[Monotonic] public void {|MR1007:M|}() { " + A + " One(); }", true)]
    [InlineData("[Monotonic] public void {|MR1007:M|}() { " + A + " Pair(); }" + Pair, true)]
    [InlineData("[Monotonic] public void {|MR1007:M|}() => Pair();" + Pair, true)]
    [InlineData("[Monotonic] public void M() => One();", true)]
    [InlineData("[Monotonic(Reads = 2)] public void M() => Pair();" + Pair)]
    [InlineData("[Monotonic(Reads = 3)] public void {|MR1006:M|}() => Pair();" + Pair)]
    [InlineData("[Monotonic(Reads = 2)] public void M() { " + A + " One(); }")]
    [InlineData("[Monotonic(Reads = 5)] public void {|MR1006:M|}() { " + A + " One(); }")]
    [InlineData("[Monotonic(Reads = 3)] public void M() { " + A + " Pair(); }" + Pair)]
    [InlineData("[Monotonic(Reads = 4)] public void {|MR1006:M|}() { " + A + " Pair(); }" + Pair)]
    [InlineData("[Monotonic(Reads = 4)] public void M() { Pair(); this.Pair(); }" + Pair)]
    [InlineData("[Monotonic(Reads = 5)] public void {|MR1006:M|}() { Pair(); this.Pair(); }" + Pair)]
    [InlineData("[Monotonic(Reads = 5)] public void M() { " + A + " Two(); } private void Two() { Pair(); Pair(); }" + Pair)]
    [InlineData("[Monotonic(Reads = 6)] public void {|MR1006:M|}() { " + A + " Two(); } private void Two() { Pair(); Pair(); }" + Pair)]
    [InlineData("[Monotonic(Reads = 3)] public void M(bool x) { if (x) { " + A + " Pair(); } }" + Pair)]
    [InlineData("[Monotonic(Reads = 4)] public void {|MR1006:M|}(bool x) { if (x) { " + A + " Pair(); } }" + Pair)]
    [InlineData("[Monotonic(Reads = 3)] public void {|MR1006:M|}(bool x) { " + A + " if (x) { One(); } else { One(); } }")]
    [InlineData(
        "[Monotonic(Reads = 3)] public void {|MR1006:M|}() { "
            + A
            + " Of(1); } private static void Of<T>(T x) => Run(x); "
            + "private static object Run(object x) => Held.Query(\"SELECT a FROM t\"); private static DbConnection Held;"
    )]
    public Task What_a_helper_of_the_class_reads_counts(string members, bool hidden = false) => Verify(members, hidden);

    /// <summary>The near misses: each plan could be too large, and nobody can say so; no other is offered.</summary>
    [Theory]
    [InlineData("M(bool x) { if (x) { Pair(); } else { " + A + " } }" + Pair)]
    [InlineData("M() { " + A + " Over(); } protected virtual void Over() { " + A + B + " }")]
    [InlineData("M() { " + A + " Again(2); } private void Again(int n) { " + A + " if (n > 0) { Again(n - 1); } }")]
    [InlineData("M() { " + A + " Own(); } [Monotonic(Reads = 2)] public void Own() { " + A + B + " }")]
    [InlineData("M(Orders other) { " + A + " other.Pair(); }" + Pair)]
    [InlineData("M() { " + A + " Run(() => { " + B + " }); } private static void Run(System.Action a) { a(); }")]
    [InlineData("M() { " + A + " Each(); } private void Each() { foreach (var x in new[] { 1, 2 }) { " + B + " } }")]
    [InlineData("M() { " + A + " Local(); void Local() { " + A + B + " } }")]
    [InlineData("M(IUnknown u) { " + A + " Some(u); } private void Some(IUnknown u) { u.Load(); " + B + " }")]
    [InlineData(
        "M() { " + A + " Helper.Pair(db); } private static class Helper { public static void Pair(DbConnection db) { " + A + B + " } }"
    )]
    public async Task What_others_read_is_not_proved(string members)
    {
        await Verify("[Monotonic(Reads = 9)] public void " + members);
        await Verify("[Monotonic] public void " + members, hidden: true);
    }

    [Theory]
    [InlineData("[Monotonic({|MR1006:Reads = 2|})] public class C { }")]
    [InlineData("[Causal(MaxWaitMilliseconds = 1, {|MR1006:Reads = 2|})] public interface IC { int M(); }")]
    [InlineData("[Monotonic(Reads = 0)] public class C { }")]
    [InlineData("[Monotonic] public class C { }")]
    [InlineData("public interface IC { [Monotonic(Reads = 2)] int M(); }")]
    [InlineData("public abstract class C { [Monotonic(Reads = 2)] public abstract int M(); }")]
    [InlineData("public interface IC { [Monotonic(Reads = -1)] int {|MR1006:M|}(); }")]
    [InlineData("public interface IC { [Monotonic(Reads = 2)] int {|MR1006:M|}() => 1; }")]
    public Task A_type_has_no_series(string type) =>
        new MarkedSource("using MonotonicReads;\n" + type, ReadRules.References) { Disabled = [MR1007SeriesCouldBePlanned.Id] }.VerifyAsync(
            new ReadRulesAnalyzer()
        );

    [Fact]
    public Task Its_method_is_planned_instead() =>
        new MarkedSource(
            Source("")
                .Replace("public class", "[Monotonic({|MR1006:Reads = 5|})] public class", StringComparison.Ordinal)
                .Replace(
                    "public object One() => db.Query(\"SELECT a FROM t\");",
                    $"public virtual void Two() {{ {A} {B} }}",
                    StringComparison.Ordinal
                ),
            ReadRules.References
        )
        {
            Disabled = [MR1007SeriesCouldBePlanned.Id],
        }.VerifyAsync(new ReadRulesAnalyzer());

    [Theory]
    [InlineData("[Monotonic({|MR1006:Reads = 2|})]", "[Monotonic]")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Fail, {|MR1006:Reads = 2|})]", "[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)]")]
    public Task The_fix_takes_it_away_from_a_type(string annotation, string without)
    {
        var test = new CSharpCodeFixTest<ReadRulesAnalyzer, PlanSeriesFix, DefaultVerifier>
        {
            TestCode = $"using MonotonicReads;\n{annotation}\npublic interface IOrders {{ int M(); }}\n",
            FixedCode = $"using MonotonicReads;\n{without}\npublic interface IOrders {{ int M(); }}\n",
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CompilerDiagnostics = CompilerDiagnostics.Errors,
            MarkupOptions = MarkupOptions.UseFirstDescriptor,
        };
        test.TestState.AdditionalReferences.AddRange(ReadRules.References);
        return test.RunAsync();
    }

    [Theory]
    [InlineData("[Monotonic]", "[Monotonic(Reads = 2)]")]
    [InlineData("[Global]", "[Global(Reads = 2)]")]
    [InlineData("[MonotonicReads.Causal]", "[MonotonicReads.Causal(Reads = 2)]")]
    [InlineData("[Monotonic(Key = \"id\")]", "[Monotonic(Key = \"id\", Reads = 2)]")]
    [InlineData("[Monotonic(Reads = 7)]", "[Monotonic(Reads = 2)]")]
    [InlineData("[Monotonic(Reads = 1, Key = \"id\")]", "[Monotonic(Reads = 2, Key = \"id\")]")]
    public Task The_fix_writes_what_is_proved(string annotation, string planned) => Fix(annotation, planned, A + B);

    [Theory]
    [InlineData("[Monotonic(Reads = 3)]", "[Monotonic]")]
    [InlineData("[Monotonic(Reads = 3, Key = \"id\")]", "[Monotonic(Key = \"id\")]")]
    public Task The_fix_takes_away_what_cannot_be_kept(string annotation, string planned) =>
        Fix(annotation, planned, "foreach (var x in new[] { 1, 2 }) { " + A + " }");

    private static Task Verify(string member, bool hidden = false) =>
        new MarkedSource(Source(member), ReadRules.References)
        {
            Disabled =
            [
                MR1004NeedlessAnnotation.Id,
                MR1001SequentialReads.Id,
                MR1002ReadsAcrossCalls.Id,
                .. hidden ? Array.Empty<string>() : [MR1007SeriesCouldBePlanned.Id],
            ],
        }.VerifyAsync(new ReadRulesAnalyzer());

    private static Task Fix(string annotation, string planned, string body)
    {
        var test = new CSharpCodeFixTest<ReadRulesAnalyzer, PlanSeriesFix, DefaultVerifier>
        {
            TestCode = Source(
                $"{annotation} public void {{|{(annotation.Contains("Reads =", StringComparison.Ordinal) ? "MR1006" : "MR1007")}:M|}}(int id) {{ {body} }}"
            ),
            FixedCode = Source($"{planned} public void M(int id) {{ {body} }}"),
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CompilerDiagnostics = CompilerDiagnostics.Errors,
            // The others are those of lines in a file.
            MarkupOptions = MarkupOptions.UseFirstDescriptor,
        };
        test.TestState.AdditionalReferences.AddRange(ReadRules.References);
        test.DisabledDiagnostics.Add(MR1004NeedlessAnnotation.Id);
        return test.RunAsync();
    }

    private static string Source(string member) =>
        $$"""
            using System.Data.Common;
            using Dapper;
            using MonotonicReads;
            public interface IUnknown { void Load(); }
            public class Orders(DbConnection db)
            {
                public object One() => db.Query("SELECT a FROM t");
                [Eventual("a test")] public void Three() { {{A}} {{B}} {{C}} }
                {{member}}
            }
            """;
}
