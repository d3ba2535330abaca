using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// Changes to the text of a baseline. What a user wrote stays as it is: order, comments, blank lines and line ends.
/// </summary>
internal static class BaselineChanges
{
    private const string HeaderBegin = "# Findings that were here before the rules";

    /// <summary>What a file begins with that is written anew.</summary>
    public const string Header =
        HeaderBegin
        + ": what is listed is quiet, what is new is reported.\n"
        + "# 'dotnet monotonic-reads baseline --update' removes what does not occur any more.\n";

    /// <summary>Puts entries where they sort in, above the comments of the entry that follows; without those that are there.</summary>
    public static IReadOnlyList<TextChange> Adding(SourceText text, IEnumerable<BaselineEntry> entries)
    {
        var present = Entries(text);
        var known = new HashSet<BaselineEntry>(present.Select(static p => p.Entry));
        var lineEnd = LineEndOf(text);
        return
        [
            .. entries
                .Where(known.Add)
                .OrderBy(static entry => entry)
                .GroupBy(entry => PlaceOf(entry, present, text))
                .OrderBy(static place => place.Key)
                .Select(place => new TextChange(
                    new TextSpan(place.Key, 0),
                    (IsInLine(text, place.Key) ? lineEnd : "") + string.Concat(place.Select(entry => entry.Line + lineEnd))
                )),
        ];
    }

    /// <summary>Takes entries' lines out, with the comment at their end; comments on lines of their own stay.</summary>
    public static IReadOnlyList<TextChange> Removing(SourceText text, Func<BaselineEntry, bool> isGone) =>
        [
            .. Entries(text)
                .Where(present => isGone(present.Entry))
                .Select(present => new TextChange(text.Lines[present.Line].SpanIncludingLineBreak, "")),
        ];

    private static List<(int Line, BaselineEntry Entry)> Entries(SourceText text) =>
        [
            .. BaselineFile
                .Lines(text)
                .Where(static line => line.Entry is not null)
                .Select(line => (text.Lines.GetLineFromPosition(line.Span.Start).LineNumber, line.Entry!.Value)),
        ];

    private static int PlaceOf(BaselineEntry entry, List<(int Line, BaselineEntry Entry)> present, SourceText text)
    {
        var next = present.FindIndex(other => entry.CompareTo(other.Entry) < 0);
        if (next < 0)
        {
            return text.Length;
        }

        var line = present[next].Line;
        while (line > FirstLineOf(text) && IsComment(text.Lines[line - 1]))
        {
            line--;
        }

        return text.Lines[line].Start;
    }

    /// <summary>The first line after comments about the whole file: those at its top before a blank line, or our header.</summary>
    private static int FirstLineOf(SourceText text)
    {
        var line = 0;
        while (line < text.Lines.Count && IsComment(text.Lines[line]))
        {
            line++;
        }

        var isHeader =
            line < text.Lines.Count && string.IsNullOrWhiteSpace(text.Lines[line].ToString())
            || text.Lines[0].ToString().StartsWith(HeaderBegin, StringComparison.Ordinal);
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
