namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>A lambda counts where it is run, as often as it is run; one that is only kept counts for what is wrong inside it.</summary>
public class LambdaTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("Array.ForEach(ids, id => " + A + ");")]
    [InlineData("ids.Select(id => " + A + ").ToList();")]
    [InlineData("new List<int>(ids).ForEach(id => { " + A + "; });")]
    [InlineData("Parallel.ForEach(ids, id => { " + A + "; });")]
    [InlineData("Parallel.For(0, 3, i => { " + A + "; });")]
    [InlineData("Task.WhenAll(ids.Select(async id => await db.QueryAsync(\"SELECT a FROM t\"))).Wait();")]
    [InlineData("Retry(() => " + A + "); Retry(() => " + B + ");")]
    [InlineData("var a = " + A + "; cache(() => " + B + ");")]
    [InlineData("Retry(() => { " + A + "; return " + B + "; });")]
    [InlineData("Changed += (s, e) => { " + A + "; " + B + "; };")]
    [InlineData("kept = () => { foreach (var id in ids) " + A + "; };")]
    [InlineData("Action outer = () => { Action inner = () => { foreach (var id in ids) " + A + "; }; kept = inner; }; kept = outer;")]
    [InlineData("Action outer = () => { Action inner = () => { " + A + "; " + B + "; }; }; ")]
    [InlineData("Func<int> f = () => " + A + "; f(); f();")]
    [InlineData("Func<int> f = () => " + A + "; f.Invoke(); var b = " + B + ";")]
    [InlineData("Action f = () => { " + A + "; " + B + "; }; Keep(f);")]
    [InlineData("Task.Run(() => " + A + ").Wait(); Task.Run(() => " + B + ").Wait();")]
    [InlineData("new Thread(() => { " + A + "; " + B + "; }).Start();")]
    [InlineData("ids.Select(id => Retry(() => " + A + ")).ToList();")]
    public Task A_lambda_that_makes_reads_meet_is_reported(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("Retry(() => " + A + ");")]
    [InlineData("Changed += (s, e) => { " + A + "; }; var b = " + B + ";")]
    [InlineData("kept = () => " + A + "; var b = " + B + ";")]
    [InlineData("var lazy = new Lazy<int>(() => " + A + "); var b = " + B + ";")]
    [InlineData("new Thread(() => { " + A + "; }).Start(); var b = " + B + ";")]
    [InlineData("Func<int> f = () => " + A + "; f();")]
    [InlineData("Func<int> f = () => " + A + "; Func<int> g = () => " + B + "; if (x) f(); else g();")]
    [InlineData("OnChange(() => " + A + "); OnChange(() => " + B + ");")]
    [InlineData("System.Linq.Expressions.Expression<Func<object>> e = () => new[] { cmd.ExecuteScalar(), cmd.ExecuteScalar() };")]
    [InlineData("db.Query<int, int, int>(\"SELECT a, b FROM t\", (a, b) => a + b).Select(n => n + 1).ToList();")]
    [InlineData("var rows = db.Query<int>(\"SELECT a FROM t\"); rows.Where(r => r > 1).ToList().ForEach(r => Console.WriteLine(r));")]
    public Task A_lambda_that_does_not_is_not(string body) => Check("M", body);

    [Fact]
    public Task A_local_function_reports_for_itself() => ReadRules.Members($$"""
            public void M(int[] ids)
            {
                Inner();
                void {|MR1001:Inner|}() { {{A}}; {{B}}; }
                void One() { {{A}}; }
            }
        """);

    [Fact]
    public Task A_local_function_in_a_lambda_reports_for_itself() => ReadRules.Members($$"""
            public Action M() => () =>
            {
                Inner();
                void {|MR1001:Inner|}() { {{A}}; {{B}}; }
            };
        """);

    private static Task Check(string name, string body) => ReadRules.Members($$"""
            private event EventHandler Changed;
            private Action kept0; private Func<int> keptInt; private Delegate kept1;
            private Action kept { set { } }

            public void {{name}}(bool x, int[] ids, Action<Func<int>> cache)
            {
                {{body.Replace("kept = () => db", "keptInt = () => db", StringComparison.Ordinal)}}
            }

            private static T Retry<T>(Func<T> read) => read();
            private static void Keep(Action a) { }
            private static void OnChange(Func<int> a) { }
        """);
}
