using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>A session never lasts for the life of a process: it begins anew for each piece of work.</summary>
public class EndlessWorkTests
{
    private const string Begin = "using var session = ReadSession.Begin(ReadConsistency.Monotonic);";
    private const string Reads = "_ = " + A + " + " + B + ";";
    private const string Key = DeclareConsistencyFix.EquivalenceKey;

    [Theory]
    [InlineData("while (true) { {0}" + Reads + " await Task.Delay(1000); }")]
    [InlineData("while (true)\n        {\n            {0}" + Reads + "\n            await Task.Delay(1000);\n        }")]
    [InlineData("for (; ; ) { {0}" + Reads + " }")]
    [InlineData("do { {0}" + Reads + " } while (true);")]
    [InlineData("while (!stop.IsCancellationRequested) { {0}" + Reads + " }")]
    [InlineData("while (!stop.IsCancellationRequested && db != null) { {0}" + Reads + " }")]
    [InlineData("while (true) { {0}if (stop.IsCancellationRequested) { break; } " + Reads + " }")]
    [InlineData("while (true) { {0}try { " + Reads + " } catch (OperationCanceledException) { return; } }")]
    [InlineData("while (await timer.WaitForNextTickAsync(stop)) { {0}" + Reads + " }")]
    [InlineData("await foreach (var id in jobs.ReadAllAsync(stop)) { {0}" + Reads + " }")]
    [InlineData("await foreach (var id in jobs.ReadAllAsync(stop).ConfigureAwait(false)) { {0}" + Reads + " }")]
    [InlineData("foreach (var id in blocking.GetConsumingEnumerable()) { {0}" + Reads + " }")]
    [InlineData("while (await jobs.WaitToReadAsync(stop)) { while (jobs.TryRead(out var id)) { {0}" + Reads + " } }")]
    [InlineData("while (true) { {0}foreach (var n in new[] { 1, 2 }) { " + Reads + " } await Task.Delay(1000); }")]
    [InlineData("while (true) { {0}for (var n = 0; n < 2; n++) { " + Reads + " } }")]
    public Task It_begins_inside_the_iteration(string loop)
    {
        var begun = loop.Contains("{\n            {0}", StringComparison.Ordinal) ? Begin + "\n            " : Begin + " ";
        return MendsAsync(
            Service(loop.Replace("{0}", "", StringComparison.Ordinal)),
            "MR1001",
            Key,
            Service(loop.Replace("{0}", begun, StringComparison.Ordinal))
        );
    }

    /// <summary>What ends by itself is one piece of work.</summary>
    [Theory]
    [InlineData("while (true) { var page = " + A + "; if (page == 0) { break; } }")]
    [InlineData("while (true) { var page = " + A + "; if (page == 0) { return; } await Task.Yield(); }")]
    [InlineData("while (true) { try { " + Reads + " return; } catch (TimeoutException) { await Task.Delay(1000); } }")]
    [InlineData("foreach (var id in new[] { 1, 2 }) { " + Reads + " }")]
    [InlineData("for (var n = 0; n < 3; n++) { " + Reads + " await Task.Delay(1000); }")]
    [InlineData("var more = true; while (more) { more = " + A + " > 0; }")]
    public Task Around_a_loop_that_ends_it_stays_one(string loop) =>
        MendsAsync(
            Service(loop),
            "MR1001",
            Key,
            Service(loop).Replace("stop)\n    {\n", "stop)\n    {\n        " + Begin + "\n", StringComparison.Ordinal)
        );

    [Theory]
    // One of the reads is outside.
    [InlineData("var first = " + A + "; while (true) { " + Reads + " await Task.Delay(1000); }")]
    // The service starts elsewhere what never ends.
    [InlineData(Reads + " await Forever(stop);")]
    [InlineData(Reads + " await Through(stop);")]
    [InlineData(Reads + " while (true) { await Task.Delay(1000); }")]
    public async Task Nothing_is_offered_where_none_would_be_short(string body)
    {
        var project = Project(("Orders.cs", Usings + Service(body)));
        await CompilesAsync(project);
        Assert.NotEmpty(await FindingsAsync(project));
        Assert.DoesNotContain(await KeysAsync(project, "MR1001"), static k => k == Key);
    }

    /// <summary>An annotation would open one session for all iterations as well.</summary>
    [Fact]
    public Task A_method_with_an_endless_loop_is_not_annotated() =>
        MendsAsync(
            $"public class Jobs\n{{\n    public virtual void Run(IDbConnection db)\n    {{\n        while (true) {{ {Reads} }}\n    }}\n}}\n",
            "MR1001",
            Key,
            $"public class Jobs\n{{\n    public virtual void Run(IDbConnection db)\n    {{\n        while (true) {{ {Begin} {Reads} }}\n    }}\n}}\n"
        );

    [Theory]
    [InlineData(
        "return db.QueryAsync<int>(\"SELECT \" + " + A + " + " + B + ");",
        "return await db.QueryAsync<int>(\"SELECT \" + " + A + " + " + B + ");",
        "Task<IEnumerable<int>>"
    )]
    [InlineData(
        "if (db == null) return Task.CompletedTask; return db.QueryAsync(\"SELECT \" + " + A + " + " + B + ");",
        "if (db == null) { await Task.CompletedTask; return; } await db.QueryAsync(\"SELECT \" + " + A + " + " + B + ");",
        "Task"
    )]
    [InlineData(
        "return Task.WhenAll(db.QueryAsync(\"SELECT a FROM t\"), db.QueryAsync(\"SELECT b FROM t\"));",
        "await Task.WhenAll(db.QueryAsync(\"SELECT a FROM t\"), db.QueryAsync(\"SELECT b FROM t\"));",
        "Task"
    )]
    public Task A_method_that_hands_out_its_task_becomes_asynchronous(string before, string after, string type) =>
        MendsAsync(
            $"public static class Orders\n{{\n    public static {type} Load(IDbConnection db)\n    {{\n        {before}\n    }}\n}}\n",
            "MR1001",
            Key,
            $"public static class Orders\n{{\n    public static async {type} Load(IDbConnection db)\n    {{\n        {Begin}\n        {after}\n    }}\n}}\n"
        );

    [Fact]
    public Task So_does_an_expression() =>
        MendsAsync(
            $"static class Orders\n{{\n    static Task<int> Load(IDbConnection db) => Task.FromResult({A} + {B});\n}}\n",
            "MR1001",
            Key,
            $"static class Orders\n{{\n    static async Task<int> Load(IDbConnection db)\n    {{\n        {Begin}\n        return await Task.FromResult({A} + {B});\n    }}\n}}\n"
        );

    [Theory]
    // A value that cannot be awaited, or has another type then.
    [InlineData("static Task<int> M(IDbConnection db) => db == null ? null : Task.FromResult(" + A + " + " + B + ");")]
    [InlineData(
        "static Task<object> M(IDbConnection db, Task<object> t) { if (t == null) return default; _ = " + A + " + " + B + "; return t; }"
    )]
    [InlineData("static Task M(IDbConnection db, out int n) { n = " + A + " + " + B + "; return Task.CompletedTask; }")]
    [InlineData("static Task M(IDbConnection db) { lock (db) { _ = " + A + " + " + B + "; return Task.CompletedTask; } }")]
    public async Task What_cannot_be_asynchronous_is_left(string member)
    {
        var project = Project(("Orders.cs", Usings + $"static class Orders {{ {member} }}\n"));
        await CompilesAsync(project);
        Assert.NotEmpty(await FindingsAsync(project));
        Assert.DoesNotContain(await KeysAsync(project, "MR1001"), static k => k == Key);
    }

    private static string Service(string body) =>
        "class Jobs(IDbConnection db, System.Threading.PeriodicTimer timer, System.Threading.Channels.ChannelReader<int> jobs, System.Collections.Concurrent.BlockingCollection<int> blocking)\n{\n"
        + "    static async Task Forever(System.Threading.CancellationToken stop) { while (!stop.IsCancellationRequested) { await Task.Delay(1000); } }\n"
        + "    static Task Through(System.Threading.CancellationToken stop) => Forever(stop);\n"
        + "    public object All => (db, timer, jobs, blocking);\n"
        + "    async Task ExecuteAsync(System.Threading.CancellationToken stop)\n    {\n        "
        + body
        + "\n        await Task.Yield();\n    }\n}\n";
}
