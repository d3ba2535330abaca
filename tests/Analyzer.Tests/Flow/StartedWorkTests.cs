namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Work that is started beside a method is the method's where it waits for it, and a worker's where it does not.</summary>
public class StartedWorkTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("Task.Factory.StartNew(() => " + A + "); _ = " + B + ";")]
    [InlineData("Task.Factory.StartNew(Loop, TaskCreationOptions.LongRunning); _ = " + B + ";")]
    [InlineData("new TaskFactory().StartNew(() => " + A + "); _ = " + B + ";")]
    [InlineData("Task.Run(() => " + A + "); _ = " + B + ";")]
    [InlineData("Task.Run(Loop); _ = " + B + ";")]
    [InlineData("_ = Task.Run(() => " + A + "); _ = " + B + ";")]
    [InlineData("_ = Task.Run(() => " + A + ").ConfigureAwait(false); _ = " + B + ";")]
    [InlineData("Task.Run(() => " + A + ").ContinueWith(t => { }); _ = " + B + ";")]
    [InlineData("Task.Run(() => { }).ContinueWith(t => " + A + "); _ = " + B + ";")]
    [InlineData("Task.Run(() => " + A + ").Forget(); _ = " + B + ";")]
    [InlineData("worker = Task.Run(() => " + A + "); _ = " + B + ";")]
    [InlineData("worker ??= Task.Run(() => " + A + "); _ = " + B + ";")]
    [InlineData("this.worker ??= Task.Factory.StartNew(Loop, TaskCreationOptions.LongRunning); _ = " + B + ";")]
    [InlineData("var t = Task.Run(() => " + A + "); _ = " + B + ";")]
    [InlineData("for (var i = 0; i < n; i++) Task.Factory.StartNew(Loop);")]
    [InlineData("for (var i = 0; i < n; i++) { _ = Task.Run(Loop); }")]
    [InlineData("new Thread(Loop).Start(); _ = " + B + ";")]
    [InlineData("new Thread(() => " + A + ") { IsBackground = true }.Start(); _ = " + B + ";")]
    [InlineData("ThreadPool.QueueUserWorkItem(s => _ = " + A + "); _ = " + B + ";")]
    [InlineData("ThreadPool.UnsafeQueueUserWorkItem(s => _ = " + A + ", null); _ = " + B + ";")]
    [InlineData("var timer = new Timer(s => _ = " + A + "); _ = " + B + ";")]
    [InlineData("using var timer = new Timer(s => Loop(), null, 0, 1000); _ = " + B + ";")]
    [InlineData("Background(() => " + A + "); _ = " + B + ";")]
    public Task A_worker_is_no_part_of_the_method(string body) => Check("M", body);

    [Theory]
    [InlineData("await Task.Run(() => " + A + "); _ = " + B + ";")]
    [InlineData("await Task.Run(() => " + A + ").ConfigureAwait(false); _ = " + B + ";")]
    [InlineData("await Task.Factory.StartNew(() => " + A + "); _ = " + B + ";")]
    [InlineData("Task.Run(() => " + A + ").Wait(); _ = " + B + ";")]
    [InlineData("n = Task.Run(() => " + A + ").Result; _ = " + B + ";")]
    [InlineData("n = Task.Run(() => " + A + ").GetAwaiter().GetResult(); _ = " + B + ";")]
    [InlineData("var t = Task.Run(() => " + A + "); _ = " + B + "; await t;")]
    [InlineData("var t = Task.Run(() => " + A + "); var u = Task.Run(() => " + B + "); await Task.WhenAll(t, u);")]
    [InlineData("await Task.WhenAll(Task.Run(() => " + A + "), Task.Run(() => " + B + "));")]
    [InlineData("Task.WaitAll(Task.Run(() => " + A + "), Task.Run(() => " + B + "));")]
    [InlineData(
        "var all = new List<Task>(); all.Add(Task.Run(() => " + A + ")); all.Add(Task.Run(() => " + B + ")); await Task.WhenAll(all);"
    )]
    [InlineData("worker = Task.Run(() => " + A + "); _ = " + B + "; await worker;")]
    [InlineData("worker ??= Task.Run(() => " + A + "); _ = " + B + "; await worker;")]
    [InlineData("await Task.Run(() => " + A + ").ContinueWith(t => " + B + ");")]
    [InlineData("Parallel.Invoke(() => _ = " + A + ", () => _ = " + B + ");")]
    public Task Work_that_it_waits_for_is(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("Task.Run(() => { _ = " + A + "; _ = " + B + "; });")]
    [InlineData("_ = Task.Factory.StartNew(() => { while (true) _ = " + A + "; });")]
    public Task A_worker_may_be_at_fault_by_itself(string body) => Check("{|MR1001:M|}", body);

    [Fact]
    public Task A_task_that_is_handed_back_is_waited_for_by_others() =>
        ReadRules.Members(
            $$"""
                public Task {|MR1001:M|}() { _ = {{B}}; return Task.Run(() => {{A}}); }
                public Task<int> {|MR1001:N|}() => Task.Run(() => {{A}} + {{B}});
                public Task<int> One() => Task.Run(() => {{A}});
            """
        );

    [Fact]
    public Task A_constructor_that_starts_a_worker_reads_nothing() =>
        ReadRules.Members(
            $$"""
                public void M() { _ = new Worker(db); _ = {{B}}; }
                public void {|MR1002:N|}() { _ = new Reader(db); _ = {{B}}; }
                private class Worker { public Worker(DbConnection db) { _ = Task.Factory.StartNew(() => {{A}}); } }
                private class Reader { public Reader(DbConnection db) { Task.Factory.StartNew(() => {{A}}).Wait(); } }
            """
        );

    private static Task Check(string name, string body) =>
        ReadRules.Source(
            $$"""
            using System; using System.Collections.Generic; using System.Data.Common; using System.Threading; using System.Threading.Tasks; using Dapper;
            public static class Tasks { public static void Forget(this Task task) { } }
            public class Orders(DbConnection db)
            {
                private Task worker;
                private Task Idle => worker;
                public async Task {{name}}(int n)
                {
                    await Task.Yield();
                    {{body}}
                }

                private void Loop() => _ = {{A}};
                private static void Background(Func<int> work) { Task.Run(work); }
            }
            """
        );
}
