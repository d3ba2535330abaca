using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Makes a class internal that generated code cannot name: private or protected in another, or local to its file.</summary>
internal static class NameableClass
{
    /// <summary>What is done, and the changes; null where the class can be named, or more stands in the way.</summary>
    public static (string How, ImmutableArray<TextChange> Changes)? Of(
        INamedTypeSymbol type,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        if (
            type.DeclaringSyntaxReferences is not [var reference]
            || reference.SyntaxTree != file.Root.SyntaxTree
            || reference.GetSyntax(cancellation) is not TypeDeclarationSyntax declaration
        )
        {
            return null;
        }

        if (declaration.Modifiers.FirstOrDefault(static m => m.IsKind(SyntaxKind.FileKeyword)) is { RawKind: not 0 } local)
        {
            if (TakenNames.IsTaken(type.Name, type, file.Model.Compilation, cancellation))
            {
                return null;
            }

            return ("remove 'file'", ImmutableArray.Create(Removed(local)));
        }

        if (
            type.ContainingType is null
            || type.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
        )
        {
            return null;
        }

        var access = declaration.Modifiers.Where(static m => m.Kind() is SyntaxKind.PrivateKeyword or SyntaxKind.ProtectedKeyword).ToList();
        var place = declaration.Modifiers.Count > 0 ? declaration.Modifiers[0] : declaration.Keyword;
        return (
            "make it internal",
            access.Count == 0
                ? ImmutableArray.Create(new TextChange(new TextSpan(place.SpanStart, 0), "internal "))
                : access.Skip(1).Select(Removed).Prepend(new TextChange(access[0].Span, "internal")).ToImmutableArray()
        );
    }

    private static TextChange Removed(SyntaxToken modifier) =>
        new(
            string.IsNullOrWhiteSpace(modifier.TrailingTrivia.ToString())
                ? TextSpan.FromBounds(modifier.SpanStart, modifier.GetNextToken().SpanStart)
                : modifier.Span,
            string.Empty
        );
}
