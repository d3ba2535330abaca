using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// An expression body that becomes a block: the arrow gives way to the block's beginning, its end is put behind the semicolon, and the
/// expression with all comments stays as it is.
/// </summary>
/// <param name="declaration">What has the body.</param>
/// <param name="arrow">Its arrow.</param>
/// <param name="expression">What stands behind it.</param>
/// <param name="semicolon">The semicolon that ends it; none for a lambda.</param>
/// <param name="returnsValue">Whether the expression is the result.</param>
/// <param name="layout">The file's.</param>
internal sealed class ExpressionBody(
    SyntaxNode declaration,
    SyntaxToken arrow,
    ExpressionSyntax expression,
    SyntaxToken semicolon,
    bool returnsValue,
    Layout layout
)
{
    private readonly SyntaxToken _before = arrow.GetPreviousToken();
    private readonly string _lineEnd = layout.LineEndAt(arrow.SpanStart);
    private readonly string _outer = layout.IndentationAt(declaration.SpanStart);
    private readonly string _unit = layout.UnitAt(declaration);

    private bool IsLambda => semicolon.IsKind(SyntaxKind.None);

    private string Verb =>
        expression is ThrowExpressionSyntax ? string.Empty
        : returnsValue ? "return"
        : string.Empty;

    /// <summary>The changes after which the body is a block that begins with the statement.</summary>
    public ImmutableArray<TextChange> After(string statement) => Changes([], statement);

    /// <summary>The same for a property's or indexer's body, which becomes a getter.</summary>
    public ImmutableArray<TextChange> InGetterAfter(string statement) => Changes(["get"], statement);

    private ImmutableArray<TextChange> Changes(string[] around, string statement)
    {
        var last = IsLambda ? expression.GetLastToken() : semicolon;
        var all = TextSpan.FromBounds(_before.Span.End, last.Span.End);
        if (!layout.IsWhole(all) || (!IsLambda && !semicolon.IsKind(SyntaxKind.SemicolonToken)))
        {
            return ImmutableArray<TextChange>.Empty;
        }

        var isInline = layout.IsOnOneLine(all) && (IsLambda || !layout.IsFirstOnLine(declaration.SpanStart) || !Layout.EndsLine(semicolon));
        return isInline ? Inline(around, statement, last) : OnLines(around, statement, last);
    }

    private ImmutableArray<TextChange> Inline(string[] around, string statement, SyntaxToken last)
    {
        var open = string.Concat(around.Select(static a => "{ " + a + " ")) + "{ " + statement + " " + Verb;
        var close = (IsLambda ? "; }" : " }") + string.Concat(around.Select(static _ => " }"));
        return ImmutableArray.Create(
            new TextChange(arrow.Span, (IsLambda ? "=> " : string.Empty) + (Verb.Length > 0 ? open : open.TrimEnd())),
            new TextChange(new TextSpan(last.Span.End, 0), close)
        );
    }

    private ImmutableArray<TextChange> OnLines(string[] around, string statement, SyntaxToken last)
    {
        var indentation = _outer;
        var open = string.Empty;
        var close = string.Empty;
        foreach (var line in around)
        {
            open += _lineEnd + indentation + "{";
            close = _lineEnd + indentation + "}" + close;
            indentation += _unit;
            open += _lineEnd + indentation + line;
        }

        open += _lineEnd + indentation + "{";
        close = _lineEnd + indentation + "}" + close;
        indentation += _unit;
        open += _lineEnd + indentation + statement;

        // White space before and behind the arrow is replaced; comments and directives there stay.
        var before = layout.Text.ToString(TextSpan.FromBounds(_before.Span.End, arrow.SpanStart));
        var behind = layout.Text.ToString(TextSpan.FromBounds(arrow.Span.End, expression.SpanStart));
        var start = IsLambda ? arrow.Span.End : _before.Span.End + before.TrimEnd().Length;
        var end = string.IsNullOrWhiteSpace(behind) ? expression.SpanStart : arrow.Span.End;
        var verb = Verb;
        if (string.IsNullOrWhiteSpace(behind))
        {
            open += _lineEnd + indentation + (verb.Length > 0 ? verb + " " : verb);
        }
        else if (verb.Length > 0 || behind.TrimStart(' ', '\t')[0] is not ('\r' or '\n'))
        {
            open += _lineEnd + indentation + verb;
            end += verb.Length > 0 ? 0 : behind.Length - behind.TrimStart(' ', '\t').Length;
        }

        return ImmutableArray.Create(
            new TextChange(TextSpan.FromBounds(start, end), open),
            new TextChange(
                new TextSpan(IsLambda ? last.Span.End : layout.EndOfLineBehind(last), 0),
                (IsLambda ? ";" : string.Empty) + close
            )
        );
    }
}
