using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1004: <c>[Monotonic]</c> on a method of which it is proved that it makes at most one read.</summary>
public class NeedlessAnnotationTests
{
    [Theory]
    [InlineData("[Monotonic] public object {|MR1004:M|}() => db.Query(\"SELECT a FROM t\");")]
    [InlineData("[Monotonic] public object {|MR1004:M|}() { return db.Query(\"SELECT a FROM t\"); }")]
    [InlineData("[MonotonicReads.MonotonicAttribute] public int {|MR1004:M|}() => 1;")]
    [InlineData(
        "[Monotonic] public void {|MR1004:M|}(bool x) { if (x) db.Query(\"SELECT a FROM t\"); else db.Query(\"SELECT b FROM t\"); }",
        false
    )]
    [InlineData("[Monotonic] public object {|MR1004:M|}() => One();")]
    [InlineData(
        "[Monotonic] public async Task<string> {|MR1004:M|}() => string.Join(',', (await db.QueryAsync<int>(\"SELECT a FROM t\")).Select(i => i + 1));"
    )]
    [InlineData("[Monotonic] public void {|MR1004:M|}() { db.Execute(\"UPDATE t SET a = 1\"); }")]
    [InlineData(
        "[Monotonic] public async Task {|MR1004:M|}() { using var r = await db.QueryMultipleAsync(\"SELECT a FROM t; SELECT b FROM t\"); r.Read(); r.Read(); }"
    )]
    public Task At_most_one_read(string members, bool isProved = true) =>
        Check(isProved ? members : members.Replace("{|MR1004:M|}", "M", StringComparison.Ordinal));

    [Theory]
    [InlineData("[Monotonic] public void M() { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); }")]
    [InlineData("[Monotonic] public void M(int[] ids) { foreach (var id in ids) db.Query(\"SELECT a FROM t\"); }")]
    [InlineData("[Monotonic(Key = \"id\")] public object M(int id) => db.Query(\"SELECT a FROM t\");")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)] public object M(int id) => db.Query(\"SELECT a FROM t\");")]
    [InlineData("[Causal] public object M(int id) => db.Query(\"SELECT a FROM t\");")]
    [InlineData("[Eventual(\"fine\")] public object M(int id) => db.Query(\"SELECT a FROM t\");")]
    [InlineData("public object M() => db.Query(\"SELECT a FROM t\");")]
    [InlineData("[Monotonic] public object M() => Two();")]
    [InlineData("[Monotonic] public object M() => Elsewhere.Load();")]
    [InlineData("[Monotonic] public object M(IUnknown u) => u.Load();")]
    [InlineData("[Monotonic] public object M(Func<object> load) => load();")]
    [InlineData("[Monotonic] public object M(dynamic d) => d.Load();")]
    [InlineData(
        "[Monotonic] public void M() { using var tx = db.BeginTransaction(); db.Query(\"SELECT a FROM t\", null, tx); db.Query(\"SELECT b FROM t\", null, tx); }"
    )]
    [InlineData(
        "[Monotonic] public void M(int[] ids) { using var tx = db.BeginTransaction(); foreach (var id in ids) db.Query(\"SELECT a FROM t\", null, tx); }"
    )]
    [InlineData(
        "[Monotonic] public void M() { using var c = replicated.Primary.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT a FROM t\"); }"
    )]
    public Task A_session_that_may_be_needed(string members) => Check(members);

    [Theory]
    [InlineData("[Monotonic]")]
    [InlineData("[assembly: Monotonic]")]
    public Task An_annotation_of_all_members_is_not_judged_by_one(string annotation) =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            string.Empty,
            more: annotation.StartsWith("[assembly", StringComparison.Ordinal)
                ? string.Empty
                : annotation + " public class B(DbConnection db) { public object M() => db.Query(\"SELECT a FROM t\"); }"
        );

    [Fact]
    public Task An_interface_has_no_body_to_judge() =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            string.Empty,
            more: "public interface I { [Monotonic] object M(); } public abstract class A { [Monotonic] public abstract object M(); }"
        );

    private static Task Check(string members) =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            members
                + """

                    private object One() => db.Query("SELECT a FROM t");
                    #pragma warning disable MR1001
                    private object Two() { db.Query("SELECT a FROM t"); return db.Query("SELECT b FROM t"); }
                """,
            more: "public interface IUnknown { object Load(); } public static class Elsewhere { public static System.Xml.XmlDocument Load() => Two(new object()); [System.Runtime.InteropServices.DllImport(\"x\")] private static extern System.Xml.XmlDocument Two(object o); }"
        );
}
