using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>The baseline silences what it names and nothing else; MR3002 tells what it names in vain.</summary>
public class BaselineTests
{
    private const string Name = "MonotonicReads.Baseline.txt";

    private const string TwoReads = "db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");";

    [Theory]
    [InlineData("MR1001 M:Orders.M(System.Int32)", "public void M(int id) { " + TwoReads + " }")]
    [InlineData("MR1001 P:Orders.P", "public int P { get { " + TwoReads + " return 0; } }")]
    [InlineData("MR1001 M:Orders.M", "public void M() { L(); void L() { " + TwoReads + " } }")]
    [InlineData("MR1001 M:Orders.G``1(``0)", "public void G<T>(T value) { " + TwoReads + " }")]
    [InlineData("  MR1002 M:Orders.M   # to be mended", "public void M() { A(); A(); } private void A() => db.Query(\"SELECT a FROM t\");")]
    [InlineData("MR1001 M:Orders.M\nMR1003 M:Orders.M", "public void M() { db.Execute(\"DELETE FROM t\"); " + TwoReads + " }")]
    [InlineData("MR1001 M:Orders.Inner.#ctor(System.Data.IDbConnection)", Constructor)]
    [InlineData("MR1001 M:Orders.Inner.#ctor(System.Data.IDbConnection) # before the rules", Constructor)]
    [InlineData("# all of it\nMR1001 M:Orders.Inner.#ctor(System.Data.IDbConnection)\t# before the rules", Constructor)]
    [InlineData("MR1001 M:Orders.Inner.#cctor", "class Inner { private static IDbConnection db; static Inner() { " + TwoReads + " } }")]
    [InlineData("MR1001 M:Orders.Inner.Orders#IShow#Show", Explicit)]
    [InlineData(
        "MR1001 M:Orders.Inner.Orders#IShow{System#Int32}#Show(System.Int32)",
        "interface IShow<T> { void Show(T value); } class Inner(IDbConnection db) : IShow<int> { void IShow<int>.Show(int value) { "
            + TwoReads
            + " } }"
    )]
    public Task What_it_names_is_quiet(string baseline, string members) => Check(members, baseline);

    private const string Constructor = "class Inner { public Inner(IDbConnection db) { " + TwoReads + " } }";

    private const string Explicit =
        "interface IShow { void Show(); } class Inner(IDbConnection db) : IShow { void IShow.Show() { " + TwoReads + " } }";

    [Theory]
    [InlineData("#MR1001 M:Orders.M", "public void {|MR1001:M|}() { " + TwoReads + " }")]
    [InlineData("MR1001 M:Orders.N", "public void N() { " + TwoReads + " } public void {|MR1001:M|}() { " + TwoReads + " }")]
    [InlineData("MR1001 M:Orders.M", "public void {|MR1003:M|}() { db.Execute(\"DELETE FROM t\"); " + TwoReads + " }")]
    [InlineData(
        "MR1001 M:Orders.M(System.Int32)",
        "public void M(int id) { " + TwoReads + " } public void {|MR1001:M|}(long id) { " + TwoReads + " }"
    )]
    public Task What_it_does_not_name_is_not(string baseline, string members) => Check(members, baseline);

    [Fact]
    public Task An_entry_that_matches_nothing_is_told_on_its_line() =>
        Check(
            "public void M() { " + TwoReads + " }",
            "MR1001 M:Orders.M\n# gone since\nMR1001 M:Orders.Renamed\nMR1003 M:Orders.M\n",
            new DiagnosticResult("MR3002", DiagnosticSeverity.Info)
                .WithSpan(Name, 3, 1, 3, 24)
                .WithArguments("MR1001", "M:Orders.Renamed", ""),
            new DiagnosticResult("MR3002", DiagnosticSeverity.Info).WithSpan(Name, 4, 1, 4, 18).WithArguments("MR1003", "M:Orders.M", "")
        );

    [Theory]
    [InlineData("MR1002 M:Orders.M(System.Int32)", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1001 M:Orders.M(System.Int64)", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1001 M:Orders.M()", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1001 M:Orders.M", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1003 M:Orders.M", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1001 M:Shop.Orders.M(System.Int32)", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1001 M:Orders.Load(System.Int32)", "MR1001 M:Orders.M(System.Int32)")]
    [InlineData("MR1001 M:Orders.get_Total", "MR1001 P:Orders.Total")]
    [InlineData("MR1001 M:Orders.add_Changed(System.Action)", "MR1001 E:Orders.Changed")]
    [InlineData("MR1001 P:Orders.Totals", "MR1001 P:Orders.Total")]
    [InlineData("MR1001 M:Orders.Inner.ctor(System.Data.IDbConnection)", "MR1001 M:Orders.Inner.#ctor(System.Data.IDbConnection)")]
    [InlineData("MR1001 M:Orders.Inner.#ctor()", "MR1001 M:Orders.Inner.#ctor(System.Data.IDbConnection)")]
    [InlineData("MR1001 M:Orders.Gone(System.String)", null)]
    [InlineData("MR1001 M:Shop.Orders.Gone(System.Int32)", null)]
    [InlineData("MR1001 P:Orders.Value", null)]
    public void A_line_in_vain_says_what_it_probably_meant(string written, string? meant)
    {
        BaselineEntry[] reported =
        [
            Entry("MR1001 M:Orders.M(System.Int32)"),
            Entry("MR1001 P:Orders.Total"),
            Entry("MR1001 E:Orders.Changed"),
            Entry("MR1001 M:Orders.Inner.#ctor(System.Data.IDbConnection)"),
        ];
        Assert.Equal(meant, LikelyEntry.Of(Entry(written), reported) is { } likely ? $"{likely.Rule} {likely.Member}" : null);
    }

    [Fact]
    public Task Generated_code_has_no_finding_to_accept() =>
        Check(
            "[System.CodeDom.Compiler.GeneratedCode(\"by\", \"a tool\")] public int P { get { " + TwoReads + " return 0; } }",
            "MR1001 P:Orders.P",
            new DiagnosticResult("MR3002", DiagnosticSeverity.Info).WithSpan(Name, 1, 1, 1, 18).WithArguments("MR1001", "P:Orders.P", "")
        );

    [Fact]
    public Task What_is_meant_stands_in_the_message() =>
        Check(
            "public void {|MR1001:M|}(int id) { " + TwoReads + " }",
            "MR1001 M:Orders.M(System.Int64)",
            new DiagnosticResult("MR3002", DiagnosticSeverity.Info)
                .WithSpan(Name, 1, 1, 1, 32)
                .WithArguments("MR1001", "M:Orders.M(System.Int64)", "; did it mean 'MR1001 M:Orders.M(System.Int32)'?")
        );

    private static BaselineEntry Entry(string line) => new(line.Split(' ')[0], line.Split(' ')[1]);

    private static Task Check(string members, string baseline, params DiagnosticResult[] expected) =>
        ReadRules.Configured<ReadRulesAnalyzer>(members, files: [(Name, baseline)], expected: expected);
}
