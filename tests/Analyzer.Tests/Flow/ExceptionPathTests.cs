namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>What reaches a handler: from which statements, past which other handlers, and with what has been left on the way.</summary>
public class ExceptionPathTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("int a = " + A + "; try { var b = Risky(); } catch (InvalidOperationException) { _ = " + B + "; }")]
    [InlineData("try { var a = " + A + "; var b = Risky(); } catch { _ = " + B + "; }")]
    [InlineData("try { var a = " + A + "; long b = Risky(); } catch { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; object b = Risky(); } catch { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = new Loud().X; } catch { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = new Loud().Checked; } catch { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = (int)new Loud(); } catch { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; throw new ArgumentException(); } catch (ArgumentException) { } _ = " + B + ";")]
    [InlineData("try { _ = " + A + "; throw new ArgumentNullException(); } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; throw e; } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { var s = Name(" + A + ") ?? throw new ArgumentException(); } catch (ArgumentException) { } _ = " + B + ";")]
    [InlineData("_ = " + A + "; try { _ = name ?? throw new ArgumentException(); } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { try { _ = " + A + "; Risky(); } catch (ArgumentException) { throw; } } catch (Exception) { _ = " + B + "; }")]
    [InlineData(
        "try { try { _ = "
            + A
            + "; throw new ArgumentException(); } catch (ArgumentException) { throw; } } catch (ArgumentException) { _ = "
            + B
            + "; }"
    )]
    [InlineData("try { try { throw new ArgumentException(); } finally { _ = " + A + "; } } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; throw new ArgumentException(); } finally { _ = " + B + "; }")]
    [InlineData(
        "try { _ = " + A + "; if (x) throw new ArgumentException(); return; } catch (ArgumentException) when (x) { _ = " + B + "; }"
    )]
    [InlineData("try { Risky(); } catch (ArgumentException) when (" + A + " > 1) { } catch (Exception) { _ = " + B + "; }")]
    [InlineData("try { try { Risky(); } catch (ArgumentException) when (" + A + " > 1) { } } catch (Exception) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; db.Execute(\"DO 1\"); } catch (DbException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; db.Open(); } catch (DbException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = (int)o; } catch (InvalidCastException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = ids[n]; } catch (IndexOutOfRangeException) { _ = " + B + "; }")]
    [InlineData(
        "try { _ = "
            + A
            + "; throw new ArgumentException(); } catch (InvalidOperationException) { _ = "
            + B
            + "; } catch (ArgumentException) { _ = "
            + B
            + "; }"
    )]
    [InlineData("foreach (var id in ids) { try { _ = " + A + "; throw new ArgumentException(); } catch (ArgumentException) { } }")]
    [InlineData("foreach (var id in ids) { try { var a = " + A + "; } catch (DbException) { } }")]
    [InlineData("try { using (new Loud()) { _ = " + A + "; Risky(); } } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData(
        "try { using (var s = new TransactionScope()) { throw new ArgumentException(); } } catch (ArgumentException) { _ = "
            + A
            + "; _ = "
            + B
            + "; }"
    )]
    [InlineData("try { using var s = new TransactionScope(); Risky(); } catch (ArgumentException) { _ = " + A + "; _ = " + B + "; }")]
    [InlineData(
        "try { using var tx = db.BeginTransaction(); Risky(); tx.Commit(); } catch (ArgumentException) { _ = " + A + "; _ = " + B + "; }"
    )]
    [InlineData(
        "try { using var s = ReadSession.Begin(ReadConsistency.Monotonic); Risky(); } catch (ArgumentException) { _ = "
            + A
            + "; _ = "
            + B
            + "; }"
    )]
    [InlineData(
        "Action f = () => { try { var a = " + A + "; throw new ArgumentException(); } catch (ArgumentException) { _ = " + B + "; } }; f();"
    )]
    public Task What_is_thrown_reaches_its_handler(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("try { var a = " + A + "; n = a; } catch (DbException) { n = " + B + "; }")]
    [InlineData("try { var a = " + A + "; n = a; o = a; } catch (Exception) { n = " + B + "; }")]
    [InlineData("try { var a = " + A + "; long b = a; var c = b + 1; n = (int)c; } catch { n = " + B + "; }")]
    [InlineData("try { var t = db.QueryFirstAsync<int>(\"SELECT a FROM t\"); n = await t; } catch { n = " + B + "; }")]
    [InlineData(
        "try { var t = db.QueryFirstAsync<int>(\"SELECT a FROM t\"); n = await t.ConfigureAwait(false); } catch { n = " + B + "; }"
    )]
    [InlineData("try { var p = db.QueryFirst<Plain>(\"SELECT a FROM t\"); name = p.Name; n = p.Size; } catch { n = " + B + "; }")]
    [InlineData("try { var p = " + A + "; o = new Plain { Size = p }; } catch { n = " + B + "; }")]
    [InlineData("try { var p = " + A + "; o = new Row(p, 1); } catch { n = " + B + "; }")]
    [InlineData("try { var a = " + A + "; n = Risky(a); } catch (DbException) { n = " + B + "; }")]
    [InlineData("try { var a = " + A + "; Console.WriteLine(a); } catch (Exception) { n = " + B + "; }")]
    [InlineData("try { var a = " + A + "; throw new InvalidOperationException(); } catch (DbException) { _ = " + B + "; }")]
    [InlineData("try { var a = " + A + "; throw new InvalidOperationException(); } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { _ = name ?? throw new ArgumentException(); _ = " + A + "; } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { try { _ = " + A + "; Risky(); } catch { } } catch { _ = " + B + "; }")]
    [InlineData("try { try { _ = " + A + "; throw new ArgumentException(); } catch (ArgumentException) { } } catch { _ = " + B + "; }")]
    [InlineData(
        "try { _ = "
            + A
            + "; throw new ArgumentNullException(); } catch (ArgumentNullException) { } catch (ArgumentException) { _ = "
            + B
            + "; }"
    )]
    [InlineData("try { Risky(); } catch (ArgumentException) { _ = " + A + "; } catch (InvalidOperationException) { _ = " + B + "; }")]
    [InlineData("try { if (x) throw new ArgumentException(); _ = " + A + "; } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = (int)o; } catch (DbException) { _ = " + B + "; }")]
    [InlineData("try { _ = " + A + "; n = ids[n] / n; } catch (Exception) { _ = " + B + "; }")]
    [InlineData("try { throw new ArgumentException(); } finally { _ = " + A + "; } _ = " + B + ";")]
    [InlineData("try { using var s = new TransactionScope(); _ = " + A + "; _ = " + B + "; s.Complete(); } catch (ArgumentException) { }")]
    [InlineData("using var s = new TransactionScope(); try { Risky(); } catch (ArgumentException) { _ = " + A + "; _ = " + B + "; }")]
    [InlineData(
        "using var s = ReadSession.Begin(ReadConsistency.Monotonic); try { var a = "
            + A
            + "; Risky(); } catch (ArgumentException) { _ = "
            + B
            + "; }"
    )]
    [InlineData("try { Risky(); } catch (ArgumentException) when (" + A + " > 1) { throw; }")]
    public Task What_cannot_reach_it_does_not(string body) => Check("M", body);

    [Theory]
    [InlineData("try { db.Execute(\"UPDATE t SET a = 1\"); long b = Risky(); } catch { _ = " + B + "; }")]
    [InlineData("db.Execute(\"UPDATE t SET a = 1\"); try { throw new ArgumentException(); } catch (ArgumentException) { _ = " + B + "; }")]
    [InlineData("try { db.Execute(\"UPDATE t SET a = 1\"); throw new ArgumentException(); } finally { _ = " + B + "; }")]
    [InlineData(
        "try { using (var s = new TransactionScope()) { db.Execute(\"UPDATE t SET a = 1\"); s.Complete(); Risky(); } } catch (ArgumentException) { _ = "
            + B
            + "; }"
    )]
    public Task A_write_too(string body) => Check("{|MR1003:M|}", body);

    [Theory]
    [InlineData("try { db.Execute(\"UPDATE t SET a = 1\"); n = 1; } catch { _ = " + B + "; }")]
    [InlineData("try { db.Execute(\"UPDATE t SET a = 1\"); Risky(); } catch (DbException) { _ = " + B + "; }")]
    public Task A_write_that_fails_has_not_been_made(string body) => Check("M", body);

    [Theory]
    [InlineData("try { try { Array.ForEach(ids, id => { _ = " + A + "; Risky(id); }); } finally { n = 1; } } catch { }")]
    [InlineData("try { Array.ForEach(ids, id => { try { _ = " + A + "; Risky(id); } finally { n = 1; } }); } catch { n = 2; }")]
    public Task A_lambda_has_handlers_of_its_own(string body) => Check("{|MR1001:M|}", body);

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public async Task {{name}}(bool x, int n, int[] ids, string name, object o, Exception e)
                {
                    await Task.Yield();
                    {{body}}
                }

                private static int Risky(int n = 0) => n > 1 ? throw new ArgumentException() : n;
                private static string Name(int n) => n > 1 ? "" : null;
                private class Plain { public string Name { get; set; } public int Size; }
                private record Row(int A, int B);
                private class Loud : IDisposable
                {
                    private readonly int n;
                    public Loud() { n = Risky(1); }
                    public int X;
                    public int Checked => Risky(n);
                    public static explicit operator int(Loud loud) => Risky(loud.n);
                    public void Dispose() { }
                }
            """
        );
}
