namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Which paths through a body make two reads meet.</summary>
public class SequenceTests
{
    private const string A = "db.Query<int>(\"SELECT a FROM t\");";
    private const string B = "db.Query<int>(\"SELECT b FROM t\");";

    [Theory]
    [InlineData(A + B)]
    [InlineData(A + "if (x) " + B)]
    [InlineData("if (x) " + A + B)]
    [InlineData("if (x) { " + A + " } if (!x) { " + B + " }")]
    [InlineData("while (x) { " + A + " }")]
    [InlineData("do { " + A + " } while (x);")]
    [InlineData("for (var i = 0; i < 3; i++) { " + A + " }")]
    [InlineData("foreach (var id in ids) { " + A + " }")]
    [InlineData("foreach (var id in " + "db.Query<int>(\"SELECT a FROM t\")" + ") { " + B + " }")]
    [InlineData("for (;;) { " + A + " if (x) break; }")]
    [InlineData("again: " + A + " if (x) goto again;")]
    [InlineData("try { " + A + " } finally { " + B + " }")]
    [InlineData("try { " + A + " Work(); } catch { " + B + " }")]
    [InlineData("switch (n) { case 1: " + A + " break; default: break; } " + B)]
    [InlineData("switch (n) { case 1: " + A + " goto case 2; case 2: " + B + " break; }")]
    [InlineData("var r = x ? db.QueryFirst<int>(\"SELECT a FROM t\") : 0; " + B)]
    [InlineData("var r = db.QueryFirst<int?>(\"SELECT a FROM t\") ?? db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("int? r = db.QueryFirst<int?>(\"SELECT a FROM t\"); r ??= db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("var r = db.QueryFirst<int>(\"SELECT a FROM t\") + db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("if (db.QueryFirst<bool>(\"SELECT a FROM t\") && db.QueryFirst<bool>(\"SELECT b FROM t\")) Work();")]
    [InlineData(
        "using (var c = source.OpenConnection()) { c.Query(\"SELECT a FROM t\"); } using (var c = source.OpenConnection()) { c.Query(\"SELECT a FROM t\"); }"
    )]
    [InlineData("try { if (x) { " + A + " } } finally { Work(); } " + B)]
    [InlineData("lock (ids) { " + A + " } " + B)]
    [InlineData("Task.WhenAll(db.QueryAsync(\"SELECT a FROM t\"), db.QueryAsync(\"SELECT b FROM t\")).Wait();")]
    [InlineData("db?.Query(\"SELECT a FROM t\"); db?.Query(\"SELECT b FROM t\");")]
    [InlineData("Use(db.QueryFirst<int>(\"SELECT a FROM t\"), db.QueryFirst<int>(\"SELECT b FROM t\"));")]
    [InlineData("Task.WhenAny(db.QueryAsync(\"SELECT a FROM t\"), db.QueryAsync(\"SELECT b FROM t\")).Wait();")]
    [InlineData("if (db.QueryFirst<object>(\"SELECT a FROM t\") is int i && db.QueryFirst<int>(\"SELECT b FROM t\") > i) Work();")]
    [InlineData("switch (db.QueryFirst<int>(\"SELECT a FROM t\")) { case > 1: " + B + " break; }")]
    [InlineData(
        "switch (n) { case > 1 when db.QueryFirst<bool>(\"SELECT a FROM t\"): break; case > 0 when db.QueryFirst<bool>(\"SELECT b FROM t\"): break; }"
    )]
    [InlineData("var r = db.QueryFirst<int>(\"SELECT a FROM t\") switch { > 1 => db.QueryFirst<int>(\"SELECT b FROM t\"), _ => 0 };")]
    [InlineData("try { " + A + " Work(); } catch (Exception) when (db.QueryFirst<bool>(\"SELECT b FROM t\")) { Work(); }")]
    [InlineData("try { try { " + A + " Work(); } catch (ArgumentException) { throw; } } catch { " + B + " }")]
    [InlineData("if (x) { " + A + " goto end; } Work(); end: " + B)]
    [InlineData("foreach (var id in ids) { if (id > n) continue; " + A + " }")]
    [InlineData("checked { n += db.QueryFirst<int>(\"SELECT a FROM t\"); } " + B)]
    [InlineData("var (a, b) = (db.QueryFirst<int>(\"SELECT a FROM t\"), db.QueryFirst<int>(\"SELECT b FROM t\"));")]
    [InlineData("var o = new { A = db.QueryFirst<int>(\"SELECT a FROM t\"), B = db.QueryFirst<int>(\"SELECT b FROM t\") };")]
    [InlineData("var o = new Point { X = db.QueryFirst<int>(\"SELECT a FROM t\"), Y = db.QueryFirst<int>(\"SELECT b FROM t\") };")]
    [InlineData("var o = new[] { db.QueryFirst<int>(\"SELECT a FROM t\"), db.QueryFirst<int>(\"SELECT b FROM t\") };")]
    [InlineData("ids[db.QueryFirst<int>(\"SELECT a FROM t\")] = db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData(
        "new Point().Next.X = db.QueryFirst<int>(\"SELECT a FROM t\"); new Point(db.QueryFirst<int>(\"SELECT a FROM t\")).Next.X = 1;"
    )]
    [InlineData("n += db.QueryFirst<int>(\"SELECT a FROM t\"); n -= db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("var s = $\"{db.QueryFirst<int>(\"SELECT a FROM t\")} {db.QueryFirst<int>(\"SELECT b FROM t\"),4}\";")]
    [InlineData("var s = \"a\" + db.QueryFirst<int>(\"SELECT a FROM t\") + db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("throw new Exception(db.QueryFirst<string>(\"SELECT a FROM t\") + db.QueryFirst<string>(\"SELECT b FROM t\"));")]
    [InlineData("try { " + A + " if (n > Same(n)) return; } catch { " + B + " }")]
    [InlineData("try { try { Work(); } finally { " + A + B + " } } catch { Work(); }")]
    [InlineData("if (x) { try { Work(); } finally { throw new Exception(); } } " + A + B)]
    [InlineData("const bool on = true; if (on) { " + A + " } " + B)]
    [InlineData("const bool off = false; if (!off) { " + A + " } " + B)]
    [InlineData("ids[db.QueryFirst<int>(\"SELECT a FROM t\")] += db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("new Point(db.QueryFirst<int>(\"SELECT a FROM t\")).X += 1; " + B)]
    [InlineData("n = new Point(db.QueryFirst<int>(\"SELECT a FROM t\")).X; " + B)]
    [InlineData("Func<Type> f = new Point(db.QueryFirst<int>(\"SELECT a FROM t\")).GetType; " + B)]
    [InlineData("n = new List<int>(ids)[db.QueryFirst<int>(\"SELECT a FROM t\")]; " + B)]
    [InlineData("new StringBuilder().Append($\"{db.QueryFirst<int>(\"SELECT a FROM t\")} {n}\"); " + B)]
    [InlineData("var t = (typeof(int), nameof(n), db.QueryFirst<int>(\"SELECT a FROM t\")); " + B)]
    public Task Reads_that_meet_are_reported(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData(A)]
    [InlineData("if (x) " + A + " else " + B)]
    [InlineData("if (x) { " + A + " return; } " + B)]
    [InlineData("if (x) { " + A + " throw new Exception(); } " + B)]
    [InlineData("switch (n) { case 1: " + A + " break; default: " + B + " break; }")]
    [InlineData("var r = x ? db.QueryFirst<int>(\"SELECT a FROM t\") : db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("var r = n switch { 1 => db.QueryFirst<int>(\"SELECT a FROM t\"), _ => db.QueryFirst<int>(\"SELECT b FROM t\") };")]
    [InlineData("foreach (var id in db.Query<int>(\"SELECT a FROM t\")) { Work(); }")]
    [InlineData("foreach (var id in ids) { " + A + " break; }")]
    [InlineData("foreach (var id in ids) { " + A + " return; }")]
    [InlineData("while (x) { if (n == 1) { " + A + " return; } }")]
    [InlineData("try { " + A + " } catch { " + B + " }")]
    [InlineData("try { if (x) { " + A + " return; } } finally { Work(); } " + B)]
    [InlineData(
        "using (var c = source.OpenConnection()) { if (x) { c.Query(\"SELECT a FROM t\"); return; } } using (var c = source.OpenConnection()) { c.Query(\"SELECT a FROM t\"); }"
    )]
    [InlineData("using var c = source.OpenConnection(); if (x) { c.Query(\"SELECT a FROM t\"); return; } c.Query(\"SELECT b FROM t\");")]
    [InlineData("while (x) { Thread.Sleep(1000); " + A + " }")]
    [InlineData("while (x) { " + A + " Task.Delay(1000).Wait(); }")]
    [InlineData("for (;;) { " + A + " if (x) return; Thread.Sleep(10); }")]
    [InlineData("while (false) { " + A + B + " }")]
    [InlineData("return; " + A + B)]
    [InlineData("using (var r = db.ExecuteReader(\"SELECT a FROM t\")) { while (r.Read()) Work(); }")]
    [InlineData("using (var g = db.QueryMultiple(\"SELECT a FROM t; SELECT b FROM t\")) { g.Read<int>(); g.Read<int>(); }")]
    [InlineData("do { " + A + " } while (false);")]
    [InlineData("Task.WhenAny(db.QueryAsync(\"SELECT a FROM t\"), Task.Delay(10)).Wait();")]
    [InlineData("Task.WhenAll(db.QueryAsync(\"SELECT a FROM t\"), Task.CompletedTask).Wait();")]
    [InlineData("if (db.QueryFirst<object>(\"SELECT a FROM t\") is int i && i > 1) Work();")]
    [InlineData("switch (n) { case > 1 when x: " + A + " break; case > 0 when x: " + B + " break; }")]
    [InlineData("var r = db.QueryFirst<int>(\"SELECT a FROM t\") switch { > 1 => 1, _ => 0 };")]
    [InlineData("try { Work(); } catch (Exception) when (db.QueryFirst<bool>(\"SELECT b FROM t\")) { Work(); }")]
    [InlineData("try { " + A + " return; } catch { " + B + " }")]
    [InlineData("try { Work(); " + A + " } catch (ArgumentException) { " + B + " } catch (Exception) { " + B + " }")]
    [InlineData("if (x) { " + A + " goto end; } " + B + " end: Work();")]
    [InlineData("foreach (var id in ids) { if (id > n) { " + A + " goto end; } } end: Work();")]
    [InlineData("db?.Query(\"SELECT a FROM t\");")]
    [InlineData("int? r = null; r ??= db.QueryFirst<int>(\"SELECT a FROM t\");")]
    [InlineData("var r = db.QueryFirst<int?>(\"SELECT a FROM t\") ?? 1;")]
    [InlineData("lock (ids) { " + A + " }")]
    [InlineData("var o = new Point { X = db.QueryFirst<int>(\"SELECT a FROM t\"), Y = 1 };")]
    [InlineData("ids[0] = db.QueryFirst<int>(\"SELECT b FROM t\");")]
    [InlineData("n += db.QueryFirst<int>(\"SELECT a FROM t\");")]
    [InlineData("var s = $\"{db.QueryFirst<int>(\"SELECT a FROM t\")} {n,4}\";")]
    [InlineData("if (x) throw new Exception(db.QueryFirst<string>(\"SELECT a FROM t\")); " + B)]
    [InlineData("try { if (db.QueryFirst<int>(\"SELECT a FROM t\") > n) return; } catch { " + B + " }")]
    [InlineData("const bool off = false; if (off) { " + A + " } " + B)]
    [InlineData("const bool on = true; if (!on) { " + A + " } " + B)]
    [InlineData("if (x) { try { " + A + " } finally { throw new Exception(); } } " + B)]
    public Task Reads_that_never_meet_are_not(string body) => Check("M", body);

    [Theory]
    [InlineData(A + " Thread.Sleep(10); " + B)]
    [InlineData("while (x) { Thread.Sleep(1000); " + A + B + " }")]
    public Task A_wait_separates_iterations_but_not_the_reads_of_one(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData(300, "{|MR1001:M|}")]
    [InlineData(500, "M")]
    public Task A_call_in_a_call_is_followed_so_far(int depth, string name) =>
        Check(
            name,
            "n = "
                + string.Concat(Enumerable.Repeat("Same(", depth))
                + "db.QueryFirst<int>(\"SELECT a FROM t\")"
                + new string(')', depth)
                + "; "
                + B
        );

    [Fact]
    public Task One_after_the_other_is_followed_however_many_there_are() =>
        Check("{|MR1001:M|}", string.Concat(Enumerable.Repeat("Work(); ", 500)) + A + B);

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public void {{name}}(bool x, int n, int[] ids)
                {
                    {{body}}
                }

                private static void Work() { }
                private static int Same(int n) => n;
                private class Point { public Point(int x = 0) { X = x; } public int X; public int Y { get; set; } public Point Next => this; }
                private static void Use(int a, int b) { }
            """
        );
}
