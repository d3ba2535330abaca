using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Rules;

/// <summary>Where a report about a member stands: always inside the member's own file and span, so that it is live in an editor.</summary>
internal static class ReportPlace
{
    /// <summary>
    /// The name of the declaration around <paramref name="inside"/>: a method's name, a constructor's type name, <c>get</c> or
    /// <c>set</c>, <c>this</c> of an indexer, an operator's token, a field's name; for top-level code <paramref name="fallback"/>.
    /// </summary>
    public static Location Of(ISymbol symbol, SyntaxNode inside, Location fallback, CancellationToken cancellation)
    {
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            if (
                reference.SyntaxTree == inside.SyntaxTree
                && reference.Span.Contains(inside.Span)
                && Token(reference.GetSyntax(cancellation)) is { } token
            )
            {
                return token.GetLocation();
            }
        }

        return fallback;
    }

    /// <summary>
    /// The name of the call that maps a handler; of several in one call, each one's own arrow.
    /// </summary>
    public static Location OfHandler(SyntaxNode mapping, SyntaxNode lambda)
    {
        if (
            mapping is not InvocationExpressionSyntax { Expression: var called, ArgumentList.Arguments: var arguments }
            || arguments.Count(static a => a.Expression is AnonymousFunctionExpressionSyntax) > 1
        )
        {
            return (lambda as LambdaExpressionSyntax)?.ArrowToken.GetLocation() ?? lambda.GetFirstToken().GetLocation();
        }

        var name = called switch
        {
            MemberAccessExpressionSyntax member => member.Name,
            MemberBindingExpressionSyntax member => member.Name,
            _ => called as SimpleNameSyntax,
        };
        return (name?.Identifier ?? called.GetFirstToken()).GetLocation();
    }

    /// <summary>What to call the member in a message.</summary>
    public static string NameOf(ISymbol symbol) =>
        symbol switch
        {
            IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.StaticConstructor } constructor => constructor
                .ContainingType
                .Name,
            IMethodSymbol { AssociatedSymbol: IPropertySymbol { IsIndexer: true } } => "this[]",
            IMethodSymbol { AssociatedSymbol: { } property } => property.Name,
            IMethodSymbol { Name: "<Main>$" } => "Top-level code",
            _ => symbol.Name,
        };

    private static SyntaxToken? Token(SyntaxNode declaration) =>
        declaration switch
        {
            MethodDeclarationSyntax method => method.Identifier,
            ConstructorDeclarationSyntax constructor => constructor.Identifier,
            DestructorDeclarationSyntax destructor => destructor.Identifier,
            LocalFunctionStatementSyntax local => local.Identifier,
            AccessorDeclarationSyntax accessor => accessor.Keyword,
            PropertyDeclarationSyntax property => property.Identifier,
            IndexerDeclarationSyntax indexer => indexer.ThisKeyword,
            ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier,
            ArrowExpressionClauseSyntax { Parent: IndexerDeclarationSyntax indexer } => indexer.ThisKeyword,
            OperatorDeclarationSyntax @operator => @operator.OperatorToken,
            ConversionOperatorDeclarationSyntax conversion => conversion.OperatorKeyword,
            VariableDeclaratorSyntax field => field.Identifier,
            BaseTypeDeclarationSyntax { } type => type.Identifier,
            _ => null,
        };
}
