namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>A helper that begins a transaction or a session and runs the delegate in it.</summary>
public class SurroundingTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";
    private const string Write = "db.Execute(\"UPDATE t SET a = 1\")";
    private const string Restartable = "RestartableReads.Run(ReadConsistency.Monotonic, new ReadSessionOptions(), () => ";
    private const string OfC = "c.QueryFirst<int>(\"SELECT a FROM t\") + c.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("InTransaction(() => " + A + " + " + B + ");")]
    [InlineData("Outer(() => " + A + " + " + B + ");")]
    [InlineData("On(db, () => " + A + " + " + B + ");")]
    [InlineData("Handed(c => " + OfC + ");")]
    [InlineData("InSession(() => " + A + " + " + B + ");")]
    [InlineData("InCausal(() => { " + Write + "; return " + A + "; });")]
    [InlineData("using (Opened()) { _ = " + A + " + " + B + "; }")]
    [InlineData(Restartable + A + " + " + B + ", default);")]
    [InlineData(Restartable + "{ var a = " + A + "; return a + " + B + "; }, default);")]
    public Task What_runs_in_it_is_pinned(string body) => Check("M", body);

    [Theory]
    [InlineData("Beside(() => " + A + " + " + B + ");")]
    [InlineData("Ended(() => " + A + " + " + B + ");")]
    [InlineData("Sometimes(x, () => " + A + " + " + B + ");")]
    [InlineData("On(other, () => " + A + " + " + B + ");")]
    [InlineData("InTransaction(() => 1); _ = " + A + " + " + B + ";")]
    [InlineData("InSession(() => 1); _ = " + A + " + " + B + ";")]
    [InlineData("new Orders(other).InTransaction(() => " + A + " + " + B + ");")]
    [InlineData("using (Closed()) { _ = " + A + " + " + B + "; }")]
    [InlineData(Restartable + "1, default); _ = " + A + " + " + B + ";")]
    [InlineData("_ = " + A + "; " + Restartable + B + ", default);")]
    public Task What_runs_beside_it_is_not(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData(Write + "; InCausal(() => " + A + ");", "{|MR1003:M|}")]
    [InlineData("InCausal(() => { " + Write + "; return 1; }); InCausal(() => " + A + ");", "{|MR1003:M|}")]
    [InlineData(
        "foreach (var i in new[] { 1 }) InCausal(() => { var r = " + A + "; " + Write + "; return r; });",
        "{|MR1001:{|MR1003:M|}|}"
    )]
    [InlineData("foreach (var i in new[] { 1 }) InCausal(() => { " + Write + "; return 1; });", "M")]
    public Task A_session_knows_what_was_written_in_it_alone(string body, string name) => Check(name, body);

    private static Task Check(string name, string body) =>
        ReadRules.Source(
            ReadRules.Usings
                + $$"""
                public class Orders(DbConnection db)
                {
                    public void {{name}}(bool x, DbConnection other)
                    {
                        {{body}}
                    }

                    private T InTransaction<T>(Func<T> work) { using var tx = db.BeginTransaction(); var r = work(); tx.Commit(); return r; }
                    private T Outer<T>(Func<T> work) => InTransaction(() => work());
                    private static T On<T>(DbConnection c, Func<T> work) { using var tx = c.BeginTransaction(); return work(); }
                    private T Handed<T>(Func<DbConnection, T> work) { using var tx = db.BeginTransaction(); return work(db); }
                    private T InSession<T>(Func<T> work) { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return work(); }
                    private T InCausal<T>(Func<T> work) { using var s = ReadSession.Begin(ReadConsistency.Causal); return work(); }
                    private T Beside<T>(Func<T> work) { using (var tx = db.BeginTransaction()) { } return work(); }
                    private T Ended<T>(Func<T> work) { var tx = db.BeginTransaction(); tx.Commit(); return work(); }
                    private T Sometimes<T>(bool x, Func<T> work) { if (x) { using var tx = db.BeginTransaction(); return work(); } return work(); }
                    private static IDisposable Opened() => ReadSession.Begin(ReadConsistency.Monotonic);
                    private static IDisposable Closed() { ReadSession.Begin(ReadConsistency.Monotonic).Dispose(); return null; }
                }
                """
        );
}
