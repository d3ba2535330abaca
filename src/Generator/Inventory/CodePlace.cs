using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Inventory;

/// <summary>A place in the source, as a person counts: lines and columns begin at 1.</summary>
/// <param name="Path">The file's path as the compiler knows it.</param>
/// <param name="Line">Its first line.</param>
/// <param name="Column">Its first column.</param>
/// <param name="EndLine">Its last line.</param>
/// <param name="EndColumn">The column after its last.</param>
/// <param name="Text">The first line's text, without the blanks around it.</param>
internal sealed record CodePlace(string Path, int Line, int Column, int EndLine, int EndColumn, string Text)
{
    /// <summary>A longer line is cut.</summary>
    private const int MaxText = 160;

    /// <summary>Null for what does not stand in source.</summary>
    public static CodePlace? Of(Location? location)
    {
        if (location?.SourceTree is not { } tree)
        {
            return null;
        }

        var span = location.GetLineSpan();
        var text = tree.GetText().Lines[span.StartLinePosition.Line].ToString().Trim();
        return new CodePlace(
            tree.FilePath,
            span.StartLinePosition.Line + 1,
            span.StartLinePosition.Character + 1,
            span.EndLinePosition.Line + 1,
            span.EndLinePosition.Character + 1,
            text.Length > MaxText ? text.Substring(0, MaxText) + "…" : text
        );
    }
}
