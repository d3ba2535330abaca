using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Analyzer.Tests;

/// <summary>A source text as a failing test shows it: the lines with the marks that were expected, and below each the line with those that were found.</summary>
internal static class MarkDifference
{
    private const int Context = 3;

    /// <summary>The lines whose marks differ, with a few around them; empty where none do.</summary>
    public static string Of(string source, IReadOnlyCollection<Mark> expected, IReadOnlyCollection<Mark> found)
    {
        var wanted = Marked(source, expected).Split('\n');
        var seen = Marked(source, found).Split('\n');
        var differing = Enumerable.Range(0, wanted.Length).Where(i => wanted[i] != seen[i]).ToList();
        var text = new StringBuilder();
        var last = -1;
        foreach (var i in Enumerable.Range(0, wanted.Length).Where(i => differing.Any(d => Math.Abs(d - i) <= Context)))
        {
            if (i != last + 1)
            {
                text.Append("      ...\n");
            }

            last = i;
            if (wanted[i] == seen[i])
            {
                Append(' ', i, wanted[i]);
                continue;
            }

            Append('-', i, wanted[i]);
            Append('+', i, seen[i]);
        }

        return text.ToString();

        void Append(char kind, int line, string content) =>
            text.Append(CultureInfo.InvariantCulture, $"{kind}{line + 1, 4} {content.TrimEnd()}\n");
    }

    /// <summary>The text with <c>{|id:...|}</c> around each place.</summary>
    private static string Marked(string source, IReadOnlyCollection<Mark> marks)
    {
        var text = new StringBuilder();
        for (var at = 0; at <= source.Length; at++)
        {
            foreach (var _ in marks.Where(m => m.Span.End == at && !m.Span.IsEmpty))
            {
                text.Append("|}");
            }

            foreach (
                var mark in marks
                    .Where(m => m.Span.Start == at)
                    .OrderByDescending(m => m.Span.Length)
                    .ThenBy(m => m.Id, StringComparer.Ordinal)
            )
            {
                text.Append("{|").Append(mark.Id).Append(':').Append(mark.Span.IsEmpty ? "|}" : "");
            }

            if (at < source.Length)
            {
                text.Append(source[at]);
            }
        }

        return text.ToString();
    }
}

/// <summary>A place that a rule reports.</summary>
internal readonly record struct Mark(string Id, TextSpan Span);
