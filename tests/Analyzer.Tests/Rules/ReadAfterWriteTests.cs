namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1003: a replica read that follows a write which the replica may not have applied.</summary>
public class ReadAfterWriteTests
{
    private const string W = "db.Execute(\"UPDATE t SET a = 1\");";
    private const string R = "db.Query(\"SELECT a FROM t\");";

    [Theory]
    [InlineData(W + R)]
    [InlineData("if (x) " + W + " " + R)]
    [InlineData("db.Query(\"INSERT INTO t VALUES (1) RETURNING id\");" + R)]
    [InlineData("db.ExecuteScalar(\"INSERT INTO t VALUES (1); SELECT LAST_INSERT_ID()\");" + R)]
    [InlineData("cmd.CommandText = name; cmd.ExecuteNonQuery();" + R)]
    [InlineData("using (var tx = db.BeginTransaction()) { db.Execute(\"UPDATE t SET a = 1\", transaction: tx); tx.Commit(); }" + R)]
    [InlineData("using (var scope = new TransactionScope()) { " + W + " scope.Complete(); }" + R)]
    [InlineData("db.Execute(\"CREATE TABLE u (id INT)\");" + R)]
    [InlineData("db.Execute(\"Order_Create\");" + R)]
    [InlineData("Save(); " + R)]
    [InlineData(W + " Load();")]
    [InlineData("Save(); Load();")]
    [InlineData("Save(); Pinned();")]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Monotonic);" + W + R)]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = 1 });" + W + R)]
    [InlineData("db.Execute(\"BEGIN; UPDATE t SET a = 1; COMMIT\"); " + R)]
    [InlineData("Touch(); " + R)]
    [InlineData("using (ReadSession.Begin(ReadConsistency.Causal)) { } " + W + R)]
    // A session waits for what was written in it alone.
    [InlineData(W + "using (ReadSession.Begin(ReadConsistency.Causal)) { " + R + " }")]
    [InlineData(W + "using var s = ReadSession.Begin(ReadConsistency.Causal); " + R)]
    [InlineData("Save(); using var s = ReadSession.Begin(ReadConsistency.Causal); Load();")]
    [InlineData(
        "using (ReadSession.Begin(ReadConsistency.Causal)) { " + W + " } using (ReadSession.Begin(ReadConsistency.Causal)) { " + R + " }"
    )]
    [InlineData("if (x) " + W + " using var s = ReadSession.Begin(ReadConsistency.Causal); " + W + R)]
    [InlineData("using var s = ReadSession.Resume(name); " + W + R)]
    [InlineData("using var s = ReadSession.Resume(name, ReadConsistency.Monotonic, null, null); " + W + R)]
    [InlineData("_ = db.Execute(name); " + R)]
    // Its constructor reads, and nothing of the session that its members have is around that.
    [InlineData("Save(); _ = new Cached(db);")]
    [InlineData("var pages = new Pages(db); Save(); pages.Get();")]
    public Task A_read_after_a_write_is_reported(string body) => Check("{|MR1003:M|}", body);

    [Theory]
    [InlineData(R + W)]
    [InlineData("if (x) " + W + " else " + R)]
    [InlineData("if (x) { " + W + " return; } " + R)]
    [InlineData(W + W)]
    [InlineData(W + "db.Query(\"SELECT a FROM t FOR UPDATE\");")]
    [InlineData(W + "db.ExecuteScalar(\"SELECT LAST_INSERT_ID()\");")]
    [InlineData(
        "using var tx = db.BeginTransaction(); db.Execute(\"UPDATE t SET a = 1\", transaction: tx); db.Query(\"SELECT a FROM t\", transaction: tx); tx.Commit();"
    )]
    [InlineData("using var scope = new TransactionScope(); " + W + R)]
    [InlineData("using var c = replicated.Primary.OpenConnection(); c.Execute(\"UPDATE t SET a = 1\"); c.Query(\"SELECT a FROM t\");")]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Primary);" + W + R)]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Causal);" + W + R)]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Global);" + W + R)]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 1 });" + W + R)]
    [InlineData("const ReadConsistency level = ReadConsistency.Primary; using var s = ReadSession.Begin(level);" + W + R)]
    [InlineData("db.Execute(\"SET NAMES utf8mb4\");" + R)]
    [InlineData("Load(); Save();")]
    [InlineData("Save(); _ = new Pages(db);")]
    [InlineData("Save(); Tight();")]
    [InlineData("Save(); Loose();")]
    [InlineData("_ = Touched; " + R)]
    [InlineData("db.Execute(\"BEGIN\"); " + W + R)]
    [InlineData("using var s = ReadSession.Resume(name, ReadConsistency.Causal, null, null); " + W + R)]
    [InlineData("using var s = ReadSession.Resume(name, ReadConsistency.Primary, null, null); " + W + R)]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Causal); Save(); Load();")]
    [InlineData(W + "using (ReadSession.Begin(ReadConsistency.Primary)) { " + R + " }")]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Causal); foreach (var id in ids) { " + R + W + " }")]
    [InlineData("foreach (var id in ids) { using var s = ReadSession.Begin(ReadConsistency.Causal); " + W + W + " }")]
    public Task What_does_not_follow_a_write_is_not(string body) => Check("M", body);

    [Fact]
    public Task A_write_and_a_read_in_a_loop_meet_in_the_next_iteration() =>
        Check("{|MR1001:{|MR1003:M|}|}", "foreach (var id in ids) { " + R + W + " }");

    [Fact]
    public Task The_session_of_the_next_iteration_knows_nothing_of_this_one() =>
        Check(
            "{|MR1001:{|MR1003:M|}|}",
            "foreach (var id in ids) { using var s = ReadSession.Begin(ReadConsistency.Causal); " + R + W + " }"
        );

    [Theory]
    [InlineData("[Monotonic]", "{|MR1003:M|}")]
    [InlineData("[Monotonic(MaxStalenessMilliseconds = 100)]", "{|MR1003:M|}")]
    [InlineData("[Causal]", "M")]
    [InlineData("[Global]", "M")]
    [InlineData("[Primary]", "M")]
    [InlineData("[Eventual(\"a report\")]", "M")]
    public Task Monotonic_does_not_quiet_it_and_the_stronger_annotations_do(string annotation, string name) =>
        ReadRules.Members($$"""{{annotation}} public void {{name}}() { {{W}} {{R}} }""");

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public void {{name}}(bool x, string name, int[] ids)
                {
                    {{body}}
                }

                private void Save() => db.Execute("UPDATE t SET a = 1");
                private int Touched => Touch();
                private int Touch() => db.Execute("UPDATE t SET a = 1");
                private void Load() => db.Query("SELECT a FROM t");
                [Monotonic] public int Pinned() => db.QueryFirst<int>("SELECT a FROM t");
                [Primary] public int Tight() => db.QueryFirst<int>("SELECT a FROM t");
                [Eventual("report")] public int Loose() => db.QueryFirst<int>("SELECT a FROM t");

                [Monotonic]
                private class Pages(DbConnection db) { public virtual int Get() => db.QueryFirst<int>("SELECT a FROM t"); }

                [Monotonic]
                private class Cached { public int A; public Cached(DbConnection db) => A = db.QueryFirst<int>("SELECT a FROM t"); }
            """
        );
}
