using MonotonicReads.Benchmarks.Peers;

namespace MonotonicReads.Documentation.Tests.Comparison;

/// <summary>The command line of the comparison.</summary>
public sealed class PeerOptionsTests
{
    private static readonly string[] Keys = ["plain", "sticky"];

    [Fact]
    public void Without_options_all_is_measured()
    {
        var options = Parse();
        Assert.Equal(["seen", "fast", "killed"], options.Parts);
        Assert.Null(options.Only);
        Assert.Equal("dotnet run -c Release --project tests/Benchmarks -- peers", options.Command);
    }

    [Fact]
    public void The_command_that_is_told_has_no_files()
    {
        var options = Parse("--short", "--part", "seen,fast", "--only", "plain, sticky", "--save", "/home/me/x.json", "--write");
        Assert.Equal(("/home/me/x.json", true), (options.Save, options.Write));
        Assert.Equal(
            "dotnet run -c Release --project tests/Benchmarks -- peers --short --part seen,fast --only plain,sticky",
            options.Command
        );
    }

    [Fact]
    public void Over_an_earlier_run_nothing_is_measured_but_what_is_named()
    {
        Assert.Empty(Parse("--from", "x.json").Parts);
        Assert.Equal(["killed"], Parse("--from", "x.json", "--part", "killed").Parts);
    }

    [Theory]
    [InlineData("--quick", "There is no option '--quick'. Known are --short")]
    [InlineData("seen", "There is no option 'seen'.")]
    [InlineData("--part slow", "There is no part 'slow'. Name some of: seen, fast, killed.")]
    [InlineData("--only plain,mine", "There is no peer 'mine'. Name some of: plain, sticky.")]
    [InlineData("--save", "The option --save needs a value.")]
    [InlineData("--from --write", "The option --from needs a value.")]
    public void What_cannot_be_read_is_told(string line, string message) =>
        Assert.StartsWith(message, Assert.Throws<PeerOptionsException>(() => Parse(line.Split(' '))).Message, StringComparison.Ordinal);

    private static PeerOptions Parse(params string[] args) => PeerOptions.Parse(args, Keys);
}
