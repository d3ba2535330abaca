namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1008 and MR1009: what a method whose reads show one moment cannot do.</summary>
public class SnapshotTests
{
    private const string Read = "db.Query(\"SELECT a FROM t\");";
    private const string Write = "db.Execute(\"UPDATE t SET a = 1\");";

    [Theory]
    [InlineData("[Monotonic(Snapshot = true)] public void {|MR1008:M|}() { " + Read + Write + " }")]
    [InlineData("[Monotonic(Snapshot = true)] public void {|MR1008:M|}() { " + Write + Read + " }")]
    [InlineData("[Monotonic(Snapshot = true)] public void {|MR1008:M|}() { " + Write + " }")]
    [InlineData(
        "[Monotonic(Snapshot = true, Key = \"id\")] public void {|MR1008:M|}(int id) { " + Read + " if (id > 0) { " + Write + " } }"
    )]
    [InlineData("[Monotonic(Snapshot = true)] public void {|MR1008:M|}() { " + Read + " Save(); } private void Save() { " + Write + " }")]
    [InlineData(
        "public interface IM { [Monotonic(Snapshot = true)] void M(); } public class C(DbConnection db) : IM { public void {|MR1008:M|}() { "
            + Read
            + Write
            + " } }"
    )]
    [InlineData("[Monotonic(Snapshot = true)] public class C(DbConnection db) { public void {|MR1008:M|}() { " + Read + Write + " } }")]
    public Task A_snapshot_that_writes(string members) => ReadRules.Members(members);

    [Theory]
    [InlineData("db.Execute(\"DELETE FROM t\"); Save();", "'Execute' (line 1)")]
    [InlineData("Save(); db.Execute(\"DELETE FROM t\");", "'Save' (line 1)")]
    public Task The_first_write_is_named(string body, string said) =>
        new MarkedSource(
            "using Dapper; using MonotonicReads; public class Orders(System.Data.Common.DbConnection db) { [Monotonic(Snapshot = true)] public void {|MR1008:M|}() { "
                + body
                + " } private void Save() { "
                + Write
                + " } }",
            ReadRules.References
        )
        {
            Said = said,
        }.VerifyAsync(new MonotonicReads.Generator.Rules.ReadRulesAnalyzer());

    [Theory]
    [InlineData("[Monotonic(Snapshot = true)] public void M() { " + Read + Read + " }")]
    [InlineData("[Monotonic(Snapshot = false)] public void M() { " + Read + Write + " }")]
    [InlineData("[Monotonic] public void M() { " + Read + Write + " }")]
    [InlineData("[Causal] public void M() { " + Read + Write + " }")]
    [InlineData("[Monotonic(Snapshot = true)] public class C(DbConnection db) { [Causal] public void M() { " + Read + Write + " } }")]
    [InlineData("[Monotonic(Snapshot = true)] public void M() { " + Read + " } private void Save() { " + Write + " }")]
    public Task One_that_reads_and_a_writer_that_is_none(string members) => ReadRules.Members(members);

    [Theory]
    [InlineData(
        "[Monotonic(Snapshot = true)] public async Task M() { var a = db.QueryAsync(\"SELECT a FROM t\"); var b = db.QueryAsync(\"SELECT b FROM t\"); await Task.{|MR1009:WhenAll|}(a, b); }"
    )]
    [InlineData(
        "[Monotonic(Snapshot = true)] public async Task M(int[] ids) { await Task.{|MR1009:WhenAll|}(ids.Select(id => db.QueryAsync(\"SELECT a FROM t\"))); }"
    )]
    [InlineData(
        "[Monotonic(Snapshot = true)] public void M(int[] ids) { Parallel.{|MR1009:ForEach|}(ids, id => db.Query(\"SELECT a FROM t\")); }"
    )]
    public Task Reads_that_are_started_together(string members) => ReadRules.Members(members);

    [Theory]
    [InlineData(
        "[Monotonic] public async Task M() { var a = db.QueryAsync(\"SELECT a FROM t\"); var b = db.QueryAsync(\"SELECT b FROM t\"); await Task.WhenAll(a, b); }"
    )]
    [InlineData(
        "[Monotonic(Snapshot = true)] public async Task M(Task other) { var a = db.QueryAsync(\"SELECT a FROM t\"); await Task.WhenAll(a, other); }"
    )]
    [InlineData(
        "[Monotonic(Snapshot = true)] public async Task M() { await db.QueryAsync(\"SELECT a FROM t\"); await db.QueryAsync(\"SELECT b FROM t\"); }"
    )]
    public Task Reads_one_after_the_other_and_side_by_side_elsewhere(string members) => ReadRules.Members(members);
}
