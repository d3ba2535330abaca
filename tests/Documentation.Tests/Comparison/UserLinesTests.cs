using MonotonicReads.Benchmarks.Peers.Results;

namespace MonotonicReads.Documentation.Tests.Comparison;

/// <summary>How the comparison counts what a user writes.</summary>
public sealed class UserLinesTests
{
    [Fact]
    public void Lines_between_the_marks_count_without_blanks_comments_and_brackets()
    {
        const string Source = """
            not this
            // The user's lines:
            var a = 1;

            // why
            {
                Use(a);
            });
            // to here.
            nor this
                // The user's lines:
                [Monotonic]
                // to here.
            """;
        Assert.Equal(3, UserLines.Count(Source));
    }

    [Theory]
    [InlineData("var a = 1;")]
    [InlineData("// The user's lines:\nvar a = 1;")]
    [InlineData("// to here.")]
    [InlineData("// The user's lines:\n// The user's lines:\n// to here.")]
    public void Marks_that_are_no_pair_are_refused(string source) => Assert.Throws<InvalidDataException>(() => UserLines.Count(source));

    [Fact]
    public void Each_peer_has_its_lines_marked()
    {
        var peers = Directory.GetFiles(Path.Combine(Page.Root, "tests/Benchmarks/Peers/Ways"), "*Peer.cs");
        Assert.NotEmpty(peers);
        Assert.All(peers, static peer => Assert.InRange(UserLines.Count(File.ReadAllText(peer)), 1, 60));
    }
}
