using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;
using MonotonicReads.Testing;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>
/// A test's unit of work that <see cref="LaggingReplicas"/> runs under each assignment: each run is a unit of its own, and neither the
/// test's write nor the run before belongs to it.
/// </summary>
public class AssignmentRunTests
{
    private const string Write = "db => db.ExecuteAsync(\"UPDATE orders SET total = total + 10\")";
    private const string Read = "await source.OpenConnection().QueryFirstAsync<int>(\"SELECT a FROM t\")";

    [Theory]
    [InlineData("await set.ForEachAssignmentAsync(" + Write + ", async run => run.Check(" + Read + " == 1));")]
    [InlineData("await set.ForEachAssignmentAsync(async run => run.Check(" + Read + " == 1));")]
    [InlineData(
        "await set.ForEachAssignmentAsync("
            + Write
            + ", async run => run.Check("
            + Read
            + " == 1), new AssignmentOptions { MaxAssignments = 2 });"
    )]
    [InlineData(Read + "; await set.ForEachAssignmentAsync(async run => run.Check(" + Read + " == 1));")]
    [InlineData("await set.ForEachAssignmentAsync(" + Write + ", async run => run.Check(await pages.GetAsync() == 1));")]
    public Task Its_runs_are_no_series(string body) => VerifyAsync("Task M()", body);

    [Theory]
    [InlineData("await set.{|MR1001:ForEachAssignmentAsync|}(async run => run.Check(" + Read + " == " + Read + "));")]
    [InlineData(
        "await set.{|MR1003:ForEachAssignmentAsync|}(async run => { await source.Primary.OpenConnection().ExecuteAsync(\"DELETE FROM t\"); "
            + "run.Check("
            + Read
            + " == 1); });"
    )]
    public Task What_one_run_reads_is_one(string body) => VerifyAsync("Task M()", body);

    [Theory]
    [InlineData("await others.ForEachRowAsync(async row => _ = " + Read + ");")]
    [InlineData("await others.ForEachAssignmentAsync(async row => _ = " + Read + ");")] // of another library
    public Task What_runs_for_each_of_something_else_is_a_series(string body) => VerifyAsync("Task {|MR1001:M|}()", body);

    private static Task VerifyAsync(string method, string body) =>
        new MarkedSource(
            ReadRules.Usings
                + $$"""
                using MonotonicReads.Testing;

                public interface IPages
                {
                    Task<int> GetAsync();
                }

                [Monotonic]
                public class Pages(ReplicatedDataSource source) : IPages
                {
                    public async Task<int> GetAsync() => {{Read}} + {{Read}};
                }

                public class Tests(LaggingReplicas set, ReplicatedDataSource source, IPages pages, IOthers others)
                {
                    public async {{method}} { {{body}} }
                }

                public interface IOthers
                {
                    Task ForEachRowAsync(Func<int, Task> run);

                    Task ForEachAssignmentAsync(Func<int, Task> run);
                }
                """,
            [.. ReadRules.References, MetadataReference.CreateFromFile(typeof(LaggingReplicas).Assembly.Location)]
        )
        {
            Disabled = [MR1004NeedlessAnnotation.Id, MR1007SeriesCouldBePlanned.Id],
        }.VerifyAsync(new ReadRulesAnalyzer());
}
