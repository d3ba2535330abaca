using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR2005: a task that reads and outlives its session.</summary>
public class TaskNotAwaitedTests
{
    [Theory]
    [InlineData("[Monotonic] public async Task A() { {|MR2005:ReadAsync()|}; await Task.Yield(); }")]
    [InlineData("[Monotonic] public async Task A() { _ = {|MR2005:ReadAsync()|}; await Task.Yield(); }")]
    [InlineData("[Monotonic] public async Task A() { var t = {|MR2005:ReadAsync()|}; await Task.Yield(); }")]
    [InlineData("[Causal] public void A() { _ = {|MR2005:db.QueryAsync<int>(\"select 1 from a\")|}; }")]
    [InlineData("[Monotonic] public void A() { Task.Run(() => 1); {|MR2005:Task.Run(() => ReadAsync())|}; }")]
    [InlineData("[Monotonic] public void A() { _ = {|MR2005:Task.Run(async () => await db.QueryAsync<int>(\"select 1 from a\"))|}; }")]
    [InlineData("[Monotonic] public void A() { {|MR2005:ReadAsync().ContinueWith(t => 1)|}; }")]
    [InlineData(
        "public async Task A() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); _ = {|MR2005:ReadAsync()|}; await Task.Yield(); }"
    )]
    [InlineData("public Task<int> A() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return {|MR2005:ReadAsync()|}; }")]
    [InlineData(
        "public Task<int> A() { using (ReadSession.Begin(ReadConsistency.Primary)) { return {|MR2005:db.QuerySingleAsync<int>(\"select 1 from a\")|}; } }"
    )]
    public Task It_outlives_the_session(string member) => Verify(member);

    [Theory]
    [InlineData("[Monotonic] public async Task A() { await ReadAsync(); }")]
    [InlineData("[Monotonic] public Task<int> A() { return ReadAsync(); }")]
    [InlineData("[Monotonic] public Task<int> A() => ReadAsync();")]
    [InlineData("[Monotonic] public async Task A() { var t = ReadAsync(); await Task.Yield(); await t; }")]
    [InlineData("[Monotonic] public async Task A() { var t = ReadAsync(); var u = ReadAsync(); await Task.WhenAll(t, u); }")]
    [InlineData("[Monotonic] public void A() { var t = ReadAsync(); t.Wait(); }")]
    [InlineData("[Monotonic] public async Task A() { _ = WriteLogAsync(); await Task.Yield(); }")]
    [InlineData("[Monotonic] public async Task A() { _ = db.ExecuteAsync(\"delete from a\"); await Task.Yield(); }")]
    [InlineData("[Eventual(\"a test\")] public void A() { _ = ReadAsync(); }")]
    [InlineData("public void A() { _ = ReadAsync(); }")]
    [InlineData("public async Task<int> A() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return await ReadAsync(); }")]
    [InlineData("public Task A() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { } return ReadAsync(); }")]
    [InlineData("public Task A() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return WriteLogAsync(); }")]
    [InlineData("[Monotonic] public void A() { ReadAsync().GetAwaiter().GetResult(); }")]
    public Task It_is_awaited_or_reads_nothing(string member) => Verify(member);

    private static Task Verify(string member) =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            $$"""
            #pragma warning disable CS1998, CS4014
            public interface IOrders { Task<int> ReadAsync(); }
            public class Orders(DbConnection db) : IOrders
            {
                public Task<int> ReadAsync() => db.QuerySingleAsync<int>("select 1 from a");
                public Task WriteLogAsync() => Task.CompletedTask;
                {{member}}
            }
            """
        );
}
