using System.Globalization;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>A file has at most <see cref="MostLines"/> lines, and a line at most <see cref="MostColumns"/> columns.</summary>
internal static class SmallFiles
{
    public const string Lines = "lines of a file";
    public const string Columns = "columns of a line";

    public const int MostLines = 350;
    public const int MostColumns = 140;

    public static IEnumerable<Finding> TooLong(SourceFile file)
    {
        var text = file.Tree.GetText();
        // The end of the last line begins no further one.
        var lines = text.Lines.Count - (text.Lines[^1].Span.IsEmpty ? 1 : 0);
        if (lines > MostLines)
        {
            yield return new(Lines, file.Path, lines, $"{lines} lines, at most {MostLines}");
        }
    }

    /// <summary>One finding for a file; its amount is the number of lines that are too wide.</summary>
    public static IEnumerable<Finding> TooWide(SourceFile file)
    {
        var wide = file.Tree.GetText().Lines.Where(l => Width(l.ToString()) > MostColumns).ToList();
        if (wide.Count > 0)
        {
            var numbers = string.Join(", ", wide.Select(l => $"{l.LineNumber + 1} ({Width(l.ToString())})"));
            yield return new(Columns, file.Path, wide.Count, $"lines wider than {MostColumns}: {numbers}");
        }
    }

    private static int Width(string line) => new StringInfo(line).LengthInTextElements;
}
