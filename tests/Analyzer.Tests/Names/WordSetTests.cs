using MonotonicReads.Generator.Names;

namespace MonotonicReads.Analyzer.Tests.Names;

/// <summary>The set of words, which all files and members of a thread share one after the other.</summary>
public class WordSetTests
{
    [Fact]
    public void What_a_large_file_made_it_is_not_kept_for_those_that_follow()
    {
        var words = new WordSet();
        for (var i = 1; i <= 100_000; i++)
        {
            words.Add(Code(i), i);
        }

        Assert.True(words.Capacity >= 200_000);
        Assert.Equal(100_000, words.Take().Length);
        Assert.True(words.Capacity <= 1 << 14, $"{words.Capacity} slots");
    }

    [Fact]
    public void It_gives_what_was_added_once_in_order_and_is_empty_then()
    {
        var words = new WordSet();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 1; i <= 1_000; i++)
            {
                words.Add(Code(i), i + round);
                words.Add(Code(i), -i);
            }

            var codes = words.Take(out var places);
            Assert.Equal(Enumerable.Range(1, 1_000).Select(Code), codes);
            Assert.Equal(Enumerable.Range(1, 1_000).Select(i => i + round), places);
            Assert.Empty(words.Take());
        }
    }

    private static ulong Code(int i) => NameCode.Of($"word{i}");
}
