using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// Changes to the text of a plans file. What a user wrote stays as it is: order, comments, blank lines and line ends.
/// </summary>
internal static class PlansChanges
{
    private const string HeaderBegin = "# How many reads a call makes";

    /// <summary>What a file begins with that is written anew.</summary>
    public const string Header =
        HeaderBegin
        + ", for the wrappers: as if the annotation said Reads = n.\n"
        + "# 'dotnet monotonic-reads plans' keeps it; MR1006 says where a line is wrong.\n";

    /// <summary>
    /// The file with these plans: a member that is there gets the number in its line, one that is not a line where it sorts in. Where the
    /// number is 0, its line goes, with the comment at its end. Of several lines for one member the first counts; the others go.
    /// </summary>
    public static IReadOnlyList<TextChange> Keeping(SourceText text, IEnumerable<PlanEntry> plans)
    {
        var wanted = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var plan in plans)
        {
            wanted[plan.Member] = plan.Reads;
        }

        var present = Entries(text);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var changes = new List<TextChange>();
        foreach (var (line, entry, span) in present)
        {
            var isFirst = known.Add(entry.Member);
            if (!wanted.TryGetValue(entry.Member, out var reads))
            {
                continue;
            }

            if (reads == 0 || !isFirst)
            {
                changes.Add(new TextChange(text.Lines[line].SpanIncludingLineBreak, ""));
            }
            else if (reads != entry.Reads)
            {
                changes.Add(new TextChange(NumberIn(text, span), reads.ToString(CultureInfo.InvariantCulture)));
            }
        }

        var coming = wanted.Where(w => w.Value > 0 && !known.Contains(w.Key)).Select(static w => new PlanEntry(w.Key, w.Value));
        changes.AddRange(
            SortedLines.Adding(text, present.ConvertAll(static p => (p.Line, p.Entry)), coming, static entry => entry.Line, HeaderBegin)
        );
        return [.. changes.OrderBy(static c => c.Span.Start).ThenBy(static c => c.Span.Length)];
    }

    private static TextSpan NumberIn(SourceText text, TextSpan line)
    {
        var said = text.ToString(line);
        var number = said.Substring(said.LastIndexOf('=') + 1).TrimStart();
        return TextSpan.FromBounds(line.End - number.Length, line.End);
    }

    private static List<(int Line, PlanEntry Entry, TextSpan Span)> Entries(SourceText text) =>
        [
            .. PlansFile
                .Lines(text)
                .Where(static line => line.Entry is not null)
                .Select(line => (text.Lines.GetLineFromPosition(line.Span.Start).LineNumber, line.Entry!.Value, line.Span)),
        ];
}
