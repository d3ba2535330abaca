namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>A declared consistency quiets MR1001, wherever the declaration stands.</summary>
public class CoverageTests
{
    private const string Two = "db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");";

    [Theory]
    [InlineData("[Monotonic] public void M() { " + Two + " }")]
    [InlineData("[Causal] public void M() { " + Two + " }")]
    [InlineData("[Primary] public void M() { " + Two + " }")]
    [InlineData("[Eventual(\"a report\")] public void M() { " + Two + " }")]
    [InlineData("[Monotonic] public void M() { L(); void L() { " + Two + " } }")]
    [InlineData("public int P { [Monotonic] get { " + Two + " return 1; } }")]
    [InlineData("public void M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); " + Two + " }")]
    [InlineData("public void M() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { " + Two + " } }")]
    [InlineData("public void M() { using var s = ReadSession.Begin(ReadConsistency.Primary); " + Two + " }")]
    [InlineData("public void M() { db.Query(\"SELECT c FROM t\"); using (ReadSession.Begin(ReadConsistency.Primary)) { " + Two + " } }")]
    [InlineData("public void M(string token) { using var s = ReadSession.Resume(token); " + Two + " }")]
    [InlineData(
        "public void M(string token, SessionTokenOptions o) { using (ReadSession.Resume(token, ReadConsistency.Causal, new ReadSessionOptions(), o)) { "
            + Two
            + " } }"
    )]
    [InlineData("public void M(ReadConsistency level) { using (ReadSession.Begin(level)) { " + Two + " } }")]
    public Task A_member_that_declares_it_is_quiet(string member) => ReadRules.Members(member);

    [Theory]
    [InlineData("public void {|MR1001:M|}() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { } " + Two + " }")]
    [InlineData(
        "public void {|MR1001:M|}() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { " + Two + " } db.Query(\"SELECT c FROM t\"); }"
    )]
    [InlineData(
        "public void {|MR1001:M|}() { db.Query(\"SELECT c FROM t\"); using (ReadSession.Begin(ReadConsistency.Monotonic)) { " + Two + " } }"
    )]
    [InlineData("public void {|MR1001:M|}(bool x) { if (x) { using var s = ReadSession.Begin(ReadConsistency.Monotonic); } " + Two + " }")]
    [InlineData(
        "public void {|MR1001:M|}(int[] ids) { foreach (var id in ids) { using var s = ReadSession.Begin(ReadConsistency.Monotonic); "
            + Two
            + " } }"
    )]
    [InlineData("public void {|MR1001:M|}(string token) { using (ReadSession.Resume(token)) { } " + Two + " }")]
    [InlineData("public void {|MR1001:M|}(ReadSession s) { s.ToToken(); _ = ReadSession.Current; " + Two + " }")]
    [InlineData("[Obsolete] public void {|MR1001:M|}() { " + Two + " }")]
    public Task A_session_holds_only_for_what_it_surrounds(string member) => ReadRules.Members(member);

    [Theory]
    [InlineData("[Monotonic] class C(IDbConnection db) { public void M() { ", "} }")]
    [InlineData("interface I { [Monotonic] void M(); } class C(IDbConnection db) : I { public void M() { ", "} }")]
    [InlineData("[Causal] interface I { void M(); } class C(IDbConnection db) : I { public void M() { ", "} }")]
    [InlineData("interface I<T> { [Monotonic] void M(T t); } class C(IDbConnection db) : I<int> { public void M(int t) { ", "} }")]
    [InlineData("interface I { [Monotonic] void M(); } class C(IDbConnection db) : I { void I.M() { ", "} }")]
    [InlineData(
        "abstract class B { [Primary] public abstract void M(); } class C(IDbConnection db) : B { public override void M() { ",
        "} }"
    )]
    [InlineData(
        "[Monotonic] abstract class B { public abstract void M(); } class C(IDbConnection db) : B { public override void M() { ",
        "} }"
    )]
    [InlineData("interface I { int P { [Monotonic] get; } } class C(IDbConnection db) : I { public int P { get { ", " return 1; } } }")]
    public async Task An_annotation_around_or_above_holds(string before, string after)
    {
        await ReadRules.Source(Usings + before + Two + after);
        await ReadRules.Source(
            Usings
                + Unannotated(before)
                    .Replace(" M() {", " {|MR1001:M|}() {", StringComparison.Ordinal)
                    .Replace(" M(int t) {", " {|MR1001:M|}(int t) {", StringComparison.Ordinal)
                    .Replace(" I.M() {", " I.{|MR1001:M|}() {", StringComparison.Ordinal)
                    .Replace("P { get {", "P { {|MR1001:get|} {", StringComparison.Ordinal)
                + Two
                + after
        );
    }

    [Theory]
    [InlineData(
        "interface I { [Monotonic] void M(); void N(); } class C(IDbConnection db) : I { public void M() { } public void {|MR1001:N|}() { "
            + Two
            + " } }"
    )]
    [InlineData(
        "interface I { [Monotonic] void M(int n); } class C(IDbConnection db) : I { public void M(int n) { } public void {|MR1001:M|}() { "
            + Two
            + " } }"
    )]
    [InlineData(
        "class B { [Monotonic] public void M() { } } class C(IDbConnection db) : B { public new void {|MR1001:M|}() { " + Two + " } }"
    )]
    public Task An_annotation_elsewhere_does_not(string source) => ReadRules.Source(Usings + source);

    [Theory]
    [InlineData("[assembly: Monotonic]")]
    [InlineData("[assembly: Causal]")]
    [InlineData("[assembly: Primary]")]
    public Task An_assembly_whose_entry_points_open_sessions_is_quiet(string attribute) =>
        ReadRules.Source(Usings + attribute + " class C(IDbConnection db) { void M() { " + Two + " } }");

    private const string Usings = "using System.Data; using Dapper; using MonotonicReads; ";

    private static string Unannotated(string source) =>
        source
            .Replace("[Monotonic] ", "", StringComparison.Ordinal)
            .Replace("[Causal] ", "", StringComparison.Ordinal)
            .Replace("[Primary] ", "", StringComparison.Ordinal);
}
