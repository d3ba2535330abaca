using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests.Output;

/// <summary>A bar only where there is a terminal that takes one; otherwise a line for each step.</summary>
public class TerminalTests
{
    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(true, "xterm", "", true)]
    [InlineData(true, "dumb", null, false)]
    [InlineData(true, "xterm", "1", false)]
    [InlineData(false, "xterm", null, false)]
    public void A_bar_is_drawn_on_a_terminal_that_takes_it(bool isTerminal, string? term, string? noColor, bool draws)
    {
        var terminal = Terminal(
            isTerminal,
            name =>
                name == "TERM" ? term
                : name == "NO_COLOR" ? noColor
                : null
        );
        Assert.Equal(draws, terminal.ShowsProgressBar);
    }

    [Fact]
    public async Task Without_a_bar_each_step_is_a_line_of_standard_error()
    {
        var terminal = Terminal(isTerminal: false, static _ => null);
        var done = await Progress.RunAsync(
            terminal,
            static progress =>
            {
                progress.Step("Loading Shop.slnx");
                progress.Step("Analysing Shop", 2, 3);
                return Task.FromResult(7);
            }
        );
        Assert.Equal((7, "Loading Shop.slnx\n[2/3] Analysing Shop\n", ""), (done, $"{terminal.Error}", $"{terminal.Output}"));
    }

    [Fact]
    public void A_path_below_the_working_directory_is_shown_from_there()
    {
        var terminal = Terminal(isTerminal: false, static _ => null);
        Assert.Equal(Path.Combine("src", "A.cs"), terminal.Shown(Path.Combine(Path.GetTempPath(), "src", "A.cs")));
        var above = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "..", "A.cs"));
        Assert.Equal(above, terminal.Shown(above));
    }

    private static Terminal Terminal(bool isTerminal, Func<string, string?> environment) =>
        new(
            new StringWriter { NewLine = "\n" },
            new StringWriter { NewLine = "\n" },
            Path.GetTempPath(),
            environment,
            isErrorTerminal: isTerminal
        );
}
