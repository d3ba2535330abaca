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
        return SortedLines.Adding(text, present, entries.Where(known.Add), static entry => entry.Line, HeaderBegin);
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
}
