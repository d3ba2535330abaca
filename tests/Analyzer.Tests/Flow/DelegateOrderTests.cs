namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>A method that is handed a delegate does something before it runs it and something afterwards; its caller sees both in that order.</summary>
public class DelegateOrderTests
{
    private const string R = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string W = "db.Execute(\"UPDATE t SET a = 1\")";

    [Theory]
    [InlineData("ReadThenRun(() => " + W + ");")]
    [InlineData("ReadThenRun(Write);")]
    [InlineData("ReadThenRun(() => Write());")]
    [InlineData("Outer(() => " + W + ");")]
    [InlineData("RunThenWrite(() => _ = " + R + ");")]
    [InlineData("RunThenWrite(Read);")]
    [InlineData("ReadOrRun(x, () => " + W + ");")]
    [InlineData("WriteOrRun(x, Read);")]
    [InlineData("CheckReadRun(() => x, () => " + W + ");")]
    [InlineData("Kept(() => " + W + ");")]
    public Task What_comes_before_a_delegate_does_not_come_after_it(string body) => Check("M", body);

    [Theory]
    [InlineData("RunThenRead(() => " + W + ");")]
    [InlineData("RunThenRead(Write);")]
    [InlineData("OuterAfter(() => " + W + ");")]
    [InlineData("WriteThenRun(() => _ = " + R + ");")]
    [InlineData("WriteThenRun(Read);")]
    [InlineData("ReadAndRunEach(ids, () => " + W + ");")]
    [InlineData("CheckReadRun(() => { " + W + "; return x; }, () => { });")]
    public Task A_read_behind_a_write_is_one_behind_it(string body) => Check("{|MR1003:M|}", body);

    [Theory]
    [InlineData("ReadThenRun(() => _ = " + R + ");")]
    [InlineData("RunThenRead(() => _ = " + R + ");")]
    [InlineData("ReadThenRun(Read);")]
    [InlineData("ReadThenRun(() => { }); ReadThenRun(() => { });")]
    public Task Two_reads_meet_in_either_order(string body) => Check("{|MR1002:M|}", body);

    [Theory]
    [InlineData("One(x, () => _ = " + R + ", () => _ = " + R + ");")]
    [InlineData("One(x, Read, Read);")]
    [InlineData("Early(x, () => _ = " + R + ", () => _ = " + R + ");")]
    [InlineData("One(x, () => " + W + ", () => _ = " + R + ");")]
    [InlineData("One(x, yes: () => " + W + ", no: Read);")]
    [InlineData("Action f = x ? () => _ = " + R + " : () => _ = " + R + "; f();")]
    [InlineData("Action f; if (x) f = () => _ = " + R + "; else f = Read; f();")]
    [InlineData("Run(x ? () => _ = " + R + " : () => _ = " + R + ");")]
    public Task Of_delegates_that_exclude_each_other_one_runs(string body) => Check("M", body);

    [Theory]
    [InlineData("{|MR1001:M|}", "Both(x, () => _ = " + R + ", () => _ = " + R + ");")]
    [InlineData("{|MR1001:M|}", "InTurns(x, () => _ = " + R + ", () => _ = " + R + ");")]
    [InlineData("{|MR1003:M|}", "Both(x, () => " + W + ", () => _ = " + R + ");")]
    [InlineData("{|MR1001:M|}", "One(x, () => _ = " + R + ", () => { }); _ = " + R + ";")]
    [InlineData("{|MR1001:M|}", "One(x, () => { }, () => _ = " + R + "); _ = " + R + ";")]
    [InlineData("{|MR1001:M|}", "Action f = x ? () => _ = " + R + " : () => _ = " + R + "; f(); f();")]
    [InlineData("{|MR1001:M|}", "System.Threading.Tasks.Parallel.Invoke(() => _ = " + R + ", () => _ = " + R + ");")]
    public Task Of_others_each_runs(string name, string body) => Check(name, body);

    [Theory]
    [InlineData("Around(() => { });")]
    [InlineData("ReadThenRun(() => { });")]
    [InlineData("ReadOrRun(x, () => _ = " + R + ");")]
    public Task What_the_method_does_alone_is_its_own(string body) => Check("M", body);

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public void {{name}}(bool x, int[] ids)
                {
                    {{body}}
                }

                private Action kept;
                private void Write() => {{W}};
                private void Read() => _ = {{R}};
                private void ReadThenRun(Action run) { _ = {{R}}; run(); }
                private void RunThenRead(Action run) { run(); _ = {{R}}; }
                private void WriteThenRun(Action run) { {{W}}; run(); }
                private void RunThenWrite(Action run) { run(); {{W}}; }
                private void ReadOrRun(bool x, Action run) { if (x) _ = {{R}}; else run(); }
                private void WriteOrRun(bool x, Action run) { if (x) {{W}}; else run(); }
                private void CheckReadRun(Func<bool> check, Action run) { if (check()) { _ = {{R}}; run(); } }
                private void {|MR1001:Around|}(Action run) { _ = {{R}}; run(); _ = {{R}}; }
                private void {|MR1001:ReadAndRunEach|}(int[] ids, Action run) { foreach (var id in ids) { _ = {{R}}; run(); } }
                private void One(bool x, Action yes, Action no) { if (x) yes(); else no(); }
                private void Early(bool x, Action yes, Action no) { if (x) { yes(); return; } no(); }
                private void Both(bool x, Action yes, Action no) { if (x) yes(); no(); }
                private void InTurns(bool x, Action yes, Action no) { for (var i = 0; i < 2; i++) { if (x) yes(); else no(); x = !x; } }
                private void Run(Action run) => run();
                private void Kept(Action run) { kept = run; _ = {{R}}; }
                private void Outer(Action run) => ReadThenRun(run);
                private void OuterAfter(Action run) => RunThenRead(() => run());
            """
        );
}
