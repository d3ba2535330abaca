using MonotonicReads.Benchmarks.Peers;

namespace MonotonicReads.Documentation.Tests.Comparison;

/// <summary>What the comparison calls a page that ran backwards.</summary>
public sealed class PageVersionsTests
{
    [Theory]
    [InlineData(5, 5, 5, 5, false)]
    [InlineData(5, 6, 6, 9, false)] // somebody wrote meanwhile
    [InlineData(5, 4, 5, 5, true)]
    [InlineData(5, 5, 4, 5, true)]
    [InlineData(5, 5, 5, 4, true)]
    [InlineData(5, 7, 6, 7, true)] // not older than the first, but than the one before
    [InlineData(5, 7, 7, 6, true)]
    [InlineData(7, 7, 9, 8, true)]
    public void A_later_query_that_found_less(long order, long lines, long payment, long stock, bool backwards) =>
        Assert.Equal(backwards, new PageVersions(order, lines, payment, stock).RunsBackwards);
}
