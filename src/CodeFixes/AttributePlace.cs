using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Writes an attribute above a method or a type, or before an accessor or a lambda.</summary>
internal static class AttributePlace
{
    /// <summary>The change; none where the attribute would stand in one branch of an <c>#if</c> and the declaration in another.</summary>
    public static ImmutableArray<TextChange> On(SyntaxNode declaration, string attribute, Layout layout)
    {
        var name = declaration switch
        {
            MethodDeclarationSyntax method => method.Identifier.SpanStart,
            BaseTypeDeclarationSyntax type => type.Identifier.SpanStart,
            AccessorDeclarationSyntax accessor => accessor.Keyword.SpanStart,
            LocalFunctionStatementSyntax local => local.Identifier.SpanStart,
            LambdaExpressionSyntax lambda => lambda.ArrowToken.SpanStart,
            _ => declaration.SpanStart,
        };
        if (PlaceOf(declaration, name, layout) is not { } place)
        {
            return ImmutableArray<TextChange>.Empty;
        }

        var isAbove =
            declaration is MethodDeclarationSyntax or BaseTypeDeclarationSyntax or LocalFunctionStatementSyntax
            && layout.IsFirstOnLine(place);
        var text = isAbove ? $"[{attribute}]{layout.LineEndAt(place)}{layout.IndentationAt(place)}" : $"[{attribute}] ";
        return ImmutableArray.Create(new TextChange(new TextSpan(place, 0), text));
    }

    /// <summary>The attributes of whatever can have some.</summary>
    public static SyntaxList<AttributeListSyntax> ListsOf(SyntaxNode declaration) =>
        declaration switch
        {
            MemberDeclarationSyntax member => member.AttributeLists,
            AccessorDeclarationSyntax accessor => accessor.AttributeLists,
            LocalFunctionStatementSyntax local => local.AttributeLists,
            LambdaExpressionSyntax lambda => lambda.AttributeLists,
            _ => default,
        };

    private static int? PlaceOf(SyntaxNode declaration, int name, Layout layout)
    {
        if (layout.IsSameBranch(declaration.SpanStart, name))
        {
            return declaration.SpanStart;
        }

        var lists = ListsOf(declaration);
        var next = lists.Count > 0 ? lists.Last().GetLastToken().GetNextToken().SpanStart : declaration.SpanStart;
        return layout.IsSameBranch(next, name) ? next : null;
    }
}
