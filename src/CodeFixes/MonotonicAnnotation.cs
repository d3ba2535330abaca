using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace MonotonicReads.CodeFixes;

/// <summary>Writes <c>[Monotonic]</c> above a method or before an accessor.</summary>
internal static class MonotonicAnnotation
{
    public static SyntaxNode AddTo(SyntaxNode declaration, SyntaxTrivia lineEnd, SyntaxAnnotation imported)
    {
        var name = SyntaxFactory
            .ParseName("global::MonotonicReads.MonotonicAttribute")
            .WithAdditionalAnnotations(imported, Simplifier.Annotation);
        var list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(name)));

        // The comment and indentation before the declaration stay before the attribute.
        var leading = declaration.GetLeadingTrivia();
        var indentation =
            leading.Count > 0 && leading.Last().IsKind(SyntaxKind.WhitespaceTrivia)
                ? SyntaxFactory.TriviaList(leading.Last())
                : SyntaxFactory.TriviaList();
        var isAccessor = declaration is AccessorDeclarationSyntax;
        list = list.WithLeadingTrivia(leading).WithTrailingTrivia(isAccessor ? SyntaxFactory.Space : lineEnd);
        var bare = declaration.WithLeadingTrivia(isAccessor ? SyntaxFactory.TriviaList() : indentation);
        return bare switch
        {
            AccessorDeclarationSyntax accessor => accessor.WithAttributeLists(accessor.AttributeLists.Insert(0, list)),
            MethodDeclarationSyntax method => method.WithAttributeLists(method.AttributeLists.Insert(0, list)),
            _ => throw new InvalidOperationException($"No annotation can stand on {declaration.Kind()}."),
        };
    }
}
