using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>How a file is laid out around a place: its line ends, its indentation, and which <c>#if</c> it stands in.</summary>
internal sealed class Layout
{
    private readonly SyntaxNode _root;
    private readonly List<BranchingDirectiveTriviaSyntax> _branches = [];
    private readonly List<DirectiveTriviaSyntax> _ends = [];

    public Layout(SyntaxNode root, SourceText text)
    {
        _root = root;
        Text = text;
        for (var directive = root.GetFirstDirective(); directive is not null; directive = directive.GetNextDirective())
        {
            if (directive is BranchingDirectiveTriviaSyntax branch)
            {
                _branches.Add(branch);
            }
            else if (directive is EndIfDirectiveTriviaSyntax)
            {
                _ends.Add(directive);
            }
        }
    }

    public SourceText Text { get; }

    /// <summary>The line end of the place's line, or of the nearest line before that has one.</summary>
    public string LineEndAt(int position)
    {
        for (var number = Text.Lines.GetLineFromPosition(position).LineNumber; number >= 0; number--)
        {
            if (EndOf(Text.Lines[number]) is { Length: > 0 } end)
            {
                return end;
            }
        }

        return "\n";
    }

    /// <summary>The white space with which the place's line begins.</summary>
    public string IndentationAt(int position) => IndentationOf(Text.Lines.GetLineFromPosition(position));

    /// <summary>Whether nothing but white space stands before the place on its line.</summary>
    public bool IsFirstOnLine(int position)
    {
        var line = Text.Lines.GetLineFromPosition(position);
        return line.Start + IndentationOf(line).Length == position;
    }

    public bool IsOnOneLine(TextSpan span) =>
        Text.Lines.GetLineFromPosition(span.Start).LineNumber == Text.Lines.GetLineFromPosition(span.End).LineNumber;

    /// <summary>Whether the token is the last of its line; comments may follow.</summary>
    public static bool EndsLine(SyntaxToken token) =>
        token.TrailingTrivia.Any(SyntaxKind.EndOfLineTrivia)
        || token.GetNextToken(includeZeroWidth: true).IsKind(SyntaxKind.EndOfFileToken);

    /// <summary>Behind the comments that follow the token on its line, where nothing else does; directly behind it otherwise.</summary>
    public int EndOfLineBehind(SyntaxToken token)
    {
        if (!EndsLine(token))
        {
            return token.Span.End;
        }

        var end = token.TrailingTrivia.FirstOrDefault(static t => t.IsKind(SyntaxKind.EndOfLineTrivia));
        var place = end.IsKind(SyntaxKind.EndOfLineTrivia) ? end.SpanStart : token.FullSpan.End;
        while (place > token.Span.End && Text[place - 1] is ' ' or '\t')
        {
            place--;
        }

        return place;
    }

    /// <summary>What one level of indentation is around a node.</summary>
    public string UnitAt(SyntaxNode node)
    {
        var own = IndentationAt(node.SpanStart);
        foreach (var around in node.Ancestors())
        {
            var outer = IndentationAt(around.SpanStart);
            if (outer.Length < own.Length && own.StartsWith(outer, StringComparison.Ordinal))
            {
                return own.Substring(outer.Length);
            }
        }

        foreach (var line in Text.Lines)
        {
            // A comment of several lines is indented by one more column.
            if (IndentationOf(line) is { Length: > 1 } or ['\t'] && IndentationOf(line) is var indentation)
            {
                return indentation[0] == '\t' ? "\t" : indentation;
            }
        }

        return own.Contains('\t') ? "\t" : "    ";
    }

    /// <summary>Whether both places are compiled under the same conditions.</summary>
    public bool IsSameBranch(int first, int second) => BranchAt(first) == BranchAt(second);

    /// <summary>Whether the place is compiled whatever is defined.</summary>
    public bool IsUnconditional(int position) => BranchAt(position) is null;

    /// <summary>
    /// Whether all of a stretch is compiled under the same conditions, or what is not ends within it and is no more than a part of an
    /// expression.
    /// </summary>
    public bool IsWhole(TextSpan span) =>
        IsSameBranch(span.Start, span.End)
        && _root
            .DescendantTrivia(span)
            .Where(t => t.IsKind(SyntaxKind.DisabledTextTrivia) && span.Contains(t.Span))
            .All(static t => t.ToString() is var hidden && !hidden.Contains(';') && !hidden.Contains("throw"));

    /// <summary>The branch that the place is in; null outside of any.</summary>
    private BranchingDirectiveTriviaSyntax? BranchAt(int position)
    {
        var open = new Stack<BranchingDirectiveTriviaSyntax>();
        var ended = 0;
        foreach (var branch in _branches)
        {
            if (branch.SpanStart >= position)
            {
                break;
            }

            for (; ended < _ends.Count && _ends[ended].SpanStart < branch.SpanStart; ended++)
            {
                Close(open);
            }

            if (branch is not IfDirectiveTriviaSyntax)
            {
                Close(open);
            }

            open.Push(branch);
        }

        for (; ended < _ends.Count && _ends[ended].SpanStart < position; ended++)
        {
            Close(open);
        }

        return open.Count > 0 ? open.Peek() : null;
    }

    private static void Close(Stack<BranchingDirectiveTriviaSyntax> open)
    {
        if (open.Count > 0)
        {
            open.Pop();
        }
    }

    private string EndOf(TextLine line) => Text.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak));

    private string IndentationOf(TextLine line)
    {
        var end = line.Start;
        while (end < line.End && Text[end] is ' ' or '\t')
        {
            end++;
        }

        return Text.ToString(TextSpan.FromBounds(line.Start, end));
    }
}
