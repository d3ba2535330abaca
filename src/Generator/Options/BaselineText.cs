using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>Writes a baseline: one entry to a line, in ordinal order, none twice.</summary>
internal static class BaselineText
{
    /// <summary>What an entry's line says.</summary>
    public static string LineOf(BaselineEntry entry) => entry.Rule + " " + entry.Member;

    /// <summary>
    /// The text with the entries, each where it sorts in; those that are there already, comments, blank lines and line ends stay as they
    /// are.
    /// </summary>
    /// <param name="text">The file as it is; empty for a new one.</param>
    /// <param name="entries">What is to be accepted.</param>
    /// <param name="lineEnd">The line end of a file that has none yet.</param>
    public static SourceText With(SourceText text, IEnumerable<BaselineEntry> entries, string lineEnd = "\n")
    {
        var known = new List<(int Line, string Said)>();
        var accepted = new HashSet<BaselineEntry>();
        foreach (var (span, _, entry) in BaselineFile.Lines(text))
        {
            if (entry is { } written)
            {
                known.Add((text.Lines.GetLineFromPosition(span.Start).LineNumber, LineOf(written)));
                accepted.Add(written);
            }
        }

        lineEnd = LineEndOf(text) ?? lineEnd;
        var added = new SortedSet<string>(StringComparer.Ordinal);
        added.UnionWith(entries.Where(e => !accepted.Contains(e)).Select(LineOf));
        return added.Count == 0
            ? text
            : text.WithChanges(
                added
                    .GroupBy(line => PlaceOf(line, known, text))
                    .OrderBy(static g => g.Key)
                    .Select(g => new TextChange(new TextSpan(g.Key, 0), Written(g, g.Key, text, lineEnd)))
            );
    }

    /// <summary>Behind the last entry that comes before it in a file that is in order; before the first of all; at the end.</summary>
    private static int PlaceOf(string line, List<(int Line, string Said)> known, SourceText text)
    {
        var next = known.FindIndex(k => string.CompareOrdinal(k.Said, line) > 0);
        return next > 0 ? text.Lines[known[next - 1].Line].EndIncludingLineBreak
            : next == 0 ? text.Lines[known[0].Line].Start
            : known.Count > 0 ? text.Lines[known[known.Count - 1].Line].EndIncludingLineBreak
            : text.Length;
    }

    private static string Written(IEnumerable<string> lines, int place, SourceText text, string lineEnd)
    {
        var written = string.Concat(lines.Select(l => l + lineEnd));
        var isInLine = place > 0 && text[place - 1] is not ('\n' or '\r');
        return !isInLine ? written
            : place == text.Length ? lineEnd + written.Substring(0, written.Length - lineEnd.Length)
            : lineEnd + written;
    }

    private static string? LineEndOf(SourceText text)
    {
        var first = text.Lines[0];
        return first.EndIncludingLineBreak > first.End ? text.ToString(TextSpan.FromBounds(first.End, first.EndIncludingLineBreak)) : null;
    }
}
