using MonotonicReads.Consistency.Faults;
using Xunit.Abstractions;

namespace MonotonicReads.Consistency.Tests.Running;

/// <summary>One run with a fixed seed, every fault alone and some together, on servers of its own.</summary>
public sealed class SeededRunTests(ITestOutputHelper output)
{
    private const int Seconds = 70;
    private const int Seed = 20261127;

    [Fact]
    public async Task No_promise_is_broken_nobody_hangs_and_each_wrong_client_is_caught()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"mr-consistency-{Guid.NewGuid():N}");
        var run = await Run.StartAsync(new RunOptions(Seconds, Seed) { Output = directory });
        await using (run)
        {
            await run.PlayAsync(output.WriteLine);
            await run.CloseAsync();
        }

        output.WriteLine(run.Summary.Table());
        Assert.Equal([], run.Summary.Violations.Select(v => $"{v.Violation.Promise} in {v.Phase}: {v.Violation.Message}"));
        Assert.All(run.Summary.Controls, control => Assert.True(control.Value, $"not caught: {control.Key}"));
        Assert.Equal(12, run.Summary.Controls.Count);
        Assert.Equal([], run.Summary.CutShort);
        Assert.Superset(FaultCatalogue.All.Select(fault => fault.Name).ToHashSet(), run.Summary.Faults.ToHashSet());
        Assert.True(run.Summary.SessionReads > 5_000, $"{run.Summary.SessionReads} reads prove too little");

        // What was broken is kept to be looked at.
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("", 75, 1)]
    [InlineData("600 7 --only calm,lag --no-controls --mysql --soak --output x", 600, 7)]
    public void The_command_line_is_understood(string line, int seconds, int seed)
    {
        var options = RunOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.NotNull(options);
        Assert.Equal((seconds, seed), (options.Seconds, options.Seed));
    }

    [Theory]
    [InlineData("1 2 3")]
    [InlineData("--only no-such-fault")]
    [InlineData("--only")]
    [InlineData("-1")]
    [InlineData("--help")]
    public void And_refused_where_it_is_not(string line) => Assert.Null(RunOptions.Parse(line.Split(' ')));

    [Fact]
    public void Faults_have_names_of_their_own() => Assert.Distinct(FaultCatalogue.All.Select(fault => fault.Name));
}
