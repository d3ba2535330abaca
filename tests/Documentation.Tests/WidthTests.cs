using Markdig.Syntax;

namespace MonotonicReads.Documentation.Tests;

/// <summary>A page is read beside the code as well: no line of prose or C# is wider than 120 columns.</summary>
public sealed class WidthTests
{
    private const int Widest = 120;

    public static TheoryData<string> Pages => [.. Page.All.Select(static p => p.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_line_is_wider_than_the_page(string path) => Assert.Empty(TooWide(new Page(path)));

    [Fact]
    public void A_wide_line_is_seen() => Assert.NotEmpty(TooWide(new Page("README.md"), 60));

    // Tables wrap by themselves; what a program printed is shown as it was, and a picture's words are read by nobody who sees it.
    private static IEnumerable<string> TooWide(Page page, int widest = Widest)
    {
        var shown = page
            .Document.Descendants<FencedCodeBlock>()
            .Where(static b => b.Info != "csharp")
            .SelectMany(static b => Enumerable.Range(b.Line, b.Lines.Count + 2))
            .ToHashSet();
        return page
            .Text.Split('\n')
            .Select((line, i) => (Line: line, Number: i))
            .Where(l => l.Line.Length > widest && !shown.Contains(l.Number))
            .Where(static l => !l.Line.TrimStart().StartsWith('|') && !l.Line.StartsWith("![", StringComparison.Ordinal))
            .Select(l => $"{page}({l.Number + 1}): {l.Line.Length} columns");
    }
}
