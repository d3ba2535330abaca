using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
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
    public Task What_it_names_is_quiet(string baseline, string members) => Check(members, baseline);

    [Theory]
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
            new DiagnosticResult("MR3002", DiagnosticSeverity.Info).WithSpan(Name, 3, 1, 3, 24).WithArguments("MR1001", "M:Orders.Renamed"),
            new DiagnosticResult("MR3002", DiagnosticSeverity.Info).WithSpan(Name, 4, 1, 4, 18).WithArguments("MR1003", "M:Orders.M")
        );

    private static Task Check(string members, string baseline, params DiagnosticResult[] expected) =>
        ReadRules.Configured<ReadRulesAnalyzer>(members, files: [(Name, baseline)], expected: expected);
}
