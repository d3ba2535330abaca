using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Where <c>using MonotonicReads;</c> goes in a file: among the others, in the order that they have.</summary>
internal static class ImportPlace
{
    private const string Directive = "using MonotonicReads;";

    /// <summary>The change; null where it would stand in one branch of an <c>#if</c> only.</summary>
    public static TextChange? Of(CompilationUnitSyntax root, SemanticModel model, Layout layout)
    {
        if (root.Usings.Count == 0 && root.Members is [BaseNamespaceDeclarationSyntax { Usings.Count: > 0 } only])
        {
            // Inside, the name is looked for from there outwards.
            var meant = model.LookupNamespacesAndTypes(only.Usings[0].SpanStart, name: "MonotonicReads");
            return meant is [INamespaceSymbol { ContainingNamespace.IsGlobalNamespace: true }]
                ? Among(only.Usings, Directive, layout)
                : Among(only.Usings, "using global::MonotonicReads;", layout);
        }

        return root.Usings.Count > 0 ? Among(root.Usings, Directive, layout)
            : root.Externs.Count > 0 ? After(root.Externs.Last(), Directive, layout)
            : AtTheTop(root, layout);
    }

    private static TextChange? Among(SyntaxList<UsingDirectiveSyntax> usings, string directive, Layout layout)
    {
        var open = usings.Where(u => layout.IsUnconditional(u.SpanStart)).ToList();
        var plain = open.Where(static u => u is { Alias: null, StaticKeyword.RawKind: 0, GlobalKeyword.RawKind: 0 }).ToList();
        if (plain.LastOrDefault(ComesBefore) is { } previous)
        {
            return After(previous, directive, layout);
        }

        return (plain.FirstOrDefault() ?? open.FirstOrDefault(static u => u.GlobalKeyword.RawKind == 0)) is { } first
                ? Before(first, directive, layout)
            : open.LastOrDefault() is { } last ? After(last, directive, layout)
            : null;
    }

    private static bool ComesBefore(UsingDirectiveSyntax directive)
    {
        var name = directive.Name?.ToString() ?? string.Empty;
        return name == "System"
            || name.StartsWith("System.", StringComparison.Ordinal)
            || string.Compare(name, "MonotonicReads", StringComparison.OrdinalIgnoreCase) < 0;
    }

    private static TextChange After(SyntaxNode node, string directive, Layout layout)
    {
        var last = node.GetLastToken();
        return last.TrailingTrivia.Any(SyntaxKind.EndOfLineTrivia)
            ? Insert(node.FullSpan.End, layout.IndentationAt(node.SpanStart) + directive + layout.LineEndAt(last.SpanStart))
            : Insert(last.Span.End, " " + directive);
    }

    private static TextChange Before(SyntaxNode node, string directive, Layout layout) =>
        layout.IsFirstOnLine(node.SpanStart)
            ? Insert(node.SpanStart, directive + layout.LineEndAt(node.SpanStart) + layout.IndentationAt(node.SpanStart))
            : Insert(node.SpanStart, directive + " ");

    /// <summary>Behind what is said of the file as a whole, and before what is said of its first declaration.</summary>
    private static TextChange? AtTheTop(CompilationUnitSyntax root, Layout layout)
    {
        var first = root.GetFirstToken(includeZeroWidth: true);
        if (!layout.IsUnconditional(first.SpanStart))
        {
            return null;
        }

        var place = root.FullSpan.Start;
        var isBlank = true;
        foreach (var trivia in first.LeadingTrivia)
        {
            if (trivia.IsDirective || (trivia.IsKind(SyntaxKind.EndOfLineTrivia) && isBlank))
            {
                place = trivia.FullSpan.End;
                isBlank = true;
            }
            else
            {
                isBlank = trivia.IsKind(SyntaxKind.EndOfLineTrivia) || (isBlank && trivia.IsKind(SyntaxKind.WhitespaceTrivia));
            }
        }

        if (first.IsKind(SyntaxKind.NamespaceKeyword) && layout.IsFirstOnLine(first.SpanStart))
        {
            place = layout.Text.Lines.GetLineFromPosition(first.SpanStart).Start;
        }

        var lineEnd = layout.LineEndAt(first.SpanStart);
        return Insert(place, Directive + lineEnd + lineEnd);
    }

    private static TextChange Insert(int place, string text) => new(new TextSpan(place, 0), text);
}
