using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Takes one attribute away, with its brackets and its line where nothing else stands there.</summary>
internal static class AttributeRemoval
{
    /// <summary>Null where a comment or a directive stands within what would go.</summary>
    public static TextChange? Of(AttributeSyntax attribute, Layout layout)
    {
        if (attribute.Parent is not AttributeListSyntax list)
        {
            return null;
        }

        var span =
            list.Attributes.Count == 1 ? WithLine(list, layout)
            : list.Attributes.IndexOf(attribute) is > 0 and var index
                ? TextSpan.FromBounds(list.Attributes.GetSeparator(index - 1).SpanStart, attribute.Span.End)
            : TextSpan.FromBounds(attribute.SpanStart, list.Attributes[1].SpanStart);
        var isBlank = list.DescendantTrivia()
            .Where(t => span.Contains(t.Span))
            .All(static t => t.IsKind(SyntaxKind.WhitespaceTrivia) || t.IsKind(SyntaxKind.EndOfLineTrivia));
        return isBlank ? new TextChange(span, string.Empty) : null;
    }

    private static TextSpan WithLine(AttributeListSyntax list, Layout layout)
    {
        var text = layout.Text;
        var end = list.Span.End;
        while (end < text.Length && text[end] is ' ' or '\t')
        {
            end++;
        }

        var line = text.Lines.GetLineFromPosition(list.Span.End);
        return end == line.End && layout.IsFirstOnLine(list.SpanStart)
            ? TextSpan.FromBounds(text.Lines.GetLineFromPosition(list.SpanStart).Start, line.EndIncludingLineBreak)
            : TextSpan.FromBounds(list.SpanStart, end);
    }
}
