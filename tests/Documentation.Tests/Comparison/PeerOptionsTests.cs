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
        var options = Parse("--short", "--part", "seen,fast", "--only", "plain, sticky", "--delays", "1,2,3", "--save", "/home/me/x.json");
        Assert.Equal("/home/me/x.json", options.Save);
        Assert.Equal(
            "dotnet run -c Release --project tests/Benchmarks -- peers --short --part seen,fast --only plain,sticky --delays 1,2,3",
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
    [InlineData("--write")]
    [InlineData("--write --from x.json")]
    [InlineData("--write --from x.json --part killed --only plain")]
    public void A_page_is_written_from_a_whole_run_or_over_one(string line) => Assert.True(Parse(line.Split(' ')).Write);

    [Theory]
    [InlineData("--quick", "There is no option '--quick'. Known are --short")]
    [InlineData("seen", "There is no option 'seen'.")]
    [InlineData("--part slow", "There is no part 'slow'. Name some of: seen, fast, killed.")]
    [InlineData("--only plain,mine", "There is no peer 'mine'. Name some of: plain, sticky.")]
    [InlineData("--save", "The option --save needs a value.")]
    [InlineData("--from --write", "The option --from needs a value.")]
    [InlineData("--delays 1,2", "'1,2' is not three numbers")]
    [InlineData("--delays 1,2,-3", "'1,2,-3' is not three numbers")]
    [InlineData("--write --delays 1,2,3 --from x.json", "The page is written from a whole run")]
    [InlineData("--write --short", "The page is written from a whole run")]
    [InlineData("--write --short --from x.json", "The page is written from a whole run")]
    [InlineData("--write --only plain", "The page is written from a whole run")]
    [InlineData("--part seen --write", "The page is written from a whole run")]
    public void What_cannot_be_read_is_told(string line, string message) =>
        Assert.StartsWith(message, Assert.Throws<PeerOptionsException>(() => Parse(line.Split(' '))).Message, StringComparison.Ordinal);

    private static PeerOptions Parse(params string[] args) => PeerOptions.Parse(args, Keys);
}
