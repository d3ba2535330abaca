using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests.Commands;

public class CommandLineTests
{
    [Theory]
    [InlineData("baselines")]
    [InlineData("--nonsense")]
    [InlineData("")]
    [InlineData("baseline a.sln b.sln")]
    public async Task What_is_no_command_line_is_told_as_such(string line)
    {
        var run = await ToolRun.OfAsync(".", line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        var run = await ToolRun.OfAsync(Path.GetTempPath(), "baseline", "no-such.sln");
        Assert.Equal(
            (ExitCodes.WrongUsage, $"There is no {Path.Combine(Path.GetTempPath(), "no-such.sln")}.\n"),
            (run.ExitCode, run.Error)
        );
    }
}
