using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>Puts lines into a file that is kept in order. What a user wrote stays: order, comments, blank lines and line ends.</summary>
internal static class SortedLines
{
    /// <summary>Puts entries where they sort in, above the comments of the entry that follows.</summary>
    /// <param name="text">The file.</param>
    /// <param name="present">The entries that it has, with their lines.</param>
    /// <param name="entries">What comes.</param>
    /// <param name="lineOf">An entry's line, without line end.</param>
    /// <param name="headerBegin">How the comment begins that a tool writes at the top.</param>
    public static IReadOnlyList<TextChange> Adding<T>(
        SourceText text,
        List<(int Line, T Entry)> present,
        IEnumerable<T> entries,
        Func<T, string> lineOf,
        string headerBegin
    )
        where T : IComparable<T>
    {
        var lineEnd = LineEndOf(text);
        return
        [
            .. entries
                .OrderBy(static entry => entry)
                .GroupBy(entry => PlaceOf(entry, present, text, headerBegin))
                .OrderBy(static place => place.Key)
                .Select(place => new TextChange(
                    new TextSpan(place.Key, 0),
                    (IsInLine(text, place.Key) ? lineEnd : "") + string.Concat(place.Select(entry => lineOf(entry) + lineEnd))
                )),
        ];
    }

    private static int PlaceOf<T>(T entry, List<(int Line, T Entry)> present, SourceText text, string headerBegin)
        where T : IComparable<T>
    {
        var next = present.FindIndex(other => entry.CompareTo(other.Entry) < 0);
        if (next < 0)
        {
            return text.Length;
        }

        var line = present[next].Line;
        while (line > FirstLineOf(text, headerBegin) && IsComment(text.Lines[line - 1]))
        {
            line--;
        }

        return text.Lines[line].Start;
    }

    /// <summary>The first line after comments about the whole file: those at its top before a blank line, or our header.</summary>
    private static int FirstLineOf(SourceText text, string headerBegin)
    {
        var line = 0;
        while (line < text.Lines.Count && IsComment(text.Lines[line]))
        {
            line++;
        }

        var isHeader =
            line < text.Lines.Count && string.IsNullOrWhiteSpace(text.Lines[line].ToString())
            || text.Lines[0].ToString().StartsWith(headerBegin, StringComparison.Ordinal);
        return isHeader ? line : 0;
    }

    private static bool IsComment(TextLine line) => line.ToString().TrimStart().StartsWith("#", StringComparison.Ordinal);

    /// <summary>Whether text ends at the place without a line end.</summary>
    private static bool IsInLine(SourceText text, int place) => place > 0 && text[place - 1] is not ('\n' or '\r');

    private static string LineEndOf(SourceText text)
    {
        var first = text.Lines[0];
        var end = text.ToString(TextSpan.FromBounds(first.End, first.EndIncludingLineBreak));
        return end.Length > 0 ? end : "\n";
    }
}
