using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>A text file that says one thing to a line.</summary>
internal static class LineFile
{
    /// <summary>
    /// What each line says without the blanks around it and its comment, and where; nothing for empty lines. <c>#</c> begins a comment at
    /// the start of a line or after a blank; within a word it is a character like any other, as in <c>M:Shop.Orders.#ctor</c>.
    /// </summary>
    public static IEnumerable<(TextSpan Span, string Said)> Lines(SourceText text)
    {
        foreach (var line in text.Lines)
        {
            var whole = line.ToString();
            var said = whole.Substring(0, EndOf(whole)).Trim();
            if (said.Length > 0)
            {
                yield return (new TextSpan(line.Start + whole.IndexOf(said, StringComparison.Ordinal), said.Length), said);
            }
        }
    }

    private static int EndOf(string line)
    {
        for (var at = line.IndexOf('#'); at >= 0; at = line.IndexOf('#', at + 1))
        {
            if (at == 0 || char.IsWhiteSpace(line[at - 1]))
            {
                return at;
            }
        }

        return line.Length;
    }
}
