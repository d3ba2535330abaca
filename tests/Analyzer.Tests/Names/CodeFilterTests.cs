using MonotonicReads.Generator.Names;

namespace MonotonicReads.Analyzer.Tests.Names;

/// <summary>The filter before a file's names: it never denies one that is there, and lets few others pass.</summary>
public class CodeFilterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(1_000)]
    [InlineData(40_000)]
    public void What_is_there_passes_and_of_the_rest_one_in_ten_at_most(int count)
    {
        var codes = Enumerable.Range(0, count).Select(static i => NameCode.Of("name" + i)).ToArray();
        var filter = new CodeFilter(codes);
        Assert.All(codes, code => Assert.True(filter.MayHold(code)));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(i => filter.MayHold(NameCode.Of("other" + i))), 0, 1_000);
    }
}
