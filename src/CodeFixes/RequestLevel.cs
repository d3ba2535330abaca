using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.CodeFixes;

/// <summary>The level that the argument of <c>AddReadSessions</c> gives requests.</summary>
internal static class RequestLevel
{
    /// <summary>Monotonic where nothing is set; null where requests have no session, or what they have is not written here.</summary>
    public static Guarantee? In(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        // Called as a static method, it has its services among its arguments.
        var given = call
            .ArgumentList.Arguments.Select(static a => a.Expression)
            .Where(a => model.GetTypeInfo(a, cancellation).ConvertedType is not { Name: "IServiceCollection" })
            .ToList();
        return given switch
        {
            [] => Guarantee.Monotonic,
            [LiteralExpressionSyntax { Token.ValueText: "null" }] => Guarantee.Monotonic,
            [LambdaExpressionSyntax lambda] => In(lambda, model, cancellation),
            _ => null,
        };
    }

    private static Guarantee? In(LambdaExpressionSyntax lambda, SemanticModel model, CancellationToken cancellation)
    {
        if (
            model.GetSymbolInfo(lambda, cancellation).Symbol is not IMethodSymbol { Parameters: [var options] }
            || lambda.ContainsDirectives
            || lambda.DescendantNodes().Any(static n => n is ReturnStatementSyntax)
        )
        {
            return null;
        }

        ExpressionSyntax? level = null;
        foreach (var use in lambda.Body.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>())
        {
            if (
                use.Identifier.ValueText != options.Name
                || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(use, cancellation).Symbol, options)
            )
            {
                continue;
            }

            if (
                use.Parent is not MemberAccessExpressionSyntax access
                || access.Expression != use
                || model.GetSymbolInfo(access, cancellation).Symbol is not IPropertySymbol property
            )
            {
                return null;
            }

            if (property.Name != "Level")
            {
                continue;
            }

            if (level is not null || !IsSetForCertain(access, lambda))
            {
                return null;
            }

            level = ((AssignmentExpressionSyntax)access.Parent!).Right;
        }

        return level is null ? Guarantee.Monotonic : LevelOf(level, model, cancellation);
    }

    private static bool IsSetForCertain(MemberAccessExpressionSyntax access, LambdaExpressionSyntax lambda) =>
        access.Parent
            is AssignmentExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.SimpleAssignmentExpression } set
        && set.Left == access
        && (set.Parent == lambda || (set.Parent is ExpressionStatementSyntax { Parent: BlockSyntax block } && block.Parent == lambda));

    private static Guarantee? LevelOf(ExpressionSyntax value, SemanticModel model, CancellationToken cancellation) =>
        model.GetSymbolInfo(value, cancellation).Symbol is IFieldSymbol { ContainingType.Name: "ReadConsistency", Name: var name }
            ? name switch
            {
                "Monotonic" or "Snapshot" => Guarantee.Monotonic,
                "Causal" or "Global" => Guarantee.Causal,
                "Primary" => Guarantee.Primary,
                _ => null,
            }
            : null;
}
