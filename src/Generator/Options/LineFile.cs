using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>A text file that says one thing to a line.</summary>
internal static class LineFile
{
    /// <summary>
    /// What each line says without the blanks around it and the comment that <c>#</c> begins, and where; nothing for empty lines.
    /// </summary>
    public static IEnumerable<(TextSpan Span, string Said)> Lines(SourceText text)
    {
        foreach (var line in text.Lines)
        {
            var whole = line.ToString();
            var comment = whole.IndexOf('#');
            var said = (comment < 0 ? whole : whole.Substring(0, comment)).Trim();
            if (said.Length > 0)
            {
                yield return (new TextSpan(line.Start + whole.IndexOf(said, StringComparison.Ordinal), said.Length), said);
            }
        }
    }
}
