using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// A lambda that is mapped to a route, a job or a message: where it stands, and whether an attribute on it gives it a session.
/// </summary>
internal static class MappedHandler
{
    /// <summary>The lambda that a report is about: an argument of the call, or what the local in its place was made with.</summary>
    public static AnonymousFunctionExpressionSyntax? At(
        SyntaxNode root,
        Diagnostic diagnostic,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        var token = root.FindToken(diagnostic.Location.SourceSpan.Start);
        if (token.Parent is AnonymousFunctionExpressionSyntax own)
        {
            return own;
        }

        for (var node = token.Parent; node is not null; node = node.Parent)
        {
            if (node is InvocationExpressionSyntax call && call.Expression.Span.Contains(token.Span))
            {
                return call
                    .ArgumentList.Arguments.Select(a => LambdaOf(a.Expression, model, cancellation))
                    .FirstOrDefault(lambda => lambda is not null && HoldsAll(lambda, diagnostic));
            }
        }

        return null;
    }

    /// <summary>
    /// Whether an attribute on the lambda is an endpoint's metadata, from which the request gets its session: only as an argument itself,
    /// of the framework's own mapping, where the package is there and the language has such attributes.
    /// </summary>
    public static bool IsHonoured(SyntaxNode declaration, SemanticModel model, CancellationToken cancellation)
    {
        if (
            declaration is not LambdaExpressionSyntax lambda
            || ((CSharpParseOptions)lambda.SyntaxTree.Options).LanguageVersion < LanguageVersion.CSharp10
            || !FrameworkActivation.IsHonoured(model.Compilation)
        )
        {
            return false;
        }

        var operation = model.GetOperation(lambda, cancellation);
        while (operation is IAnonymousFunctionOperation or IDelegateCreationOperation or IConversionOperation)
        {
            operation = operation.Parent;
        }

        return operation is IArgumentOperation argument && WebHandlers.TakesHandler(argument.Parameter);
    }

    /// <summary>Parameters of a lambda with attributes stand in parentheses.</summary>
    public static ImmutableArray<TextChange> Parenthesized(SyntaxNode declaration, ImmutableArray<TextChange> changes)
    {
        if (changes.IsEmpty || declaration is not SimpleLambdaExpressionSyntax { Parameter.Span: var parameter })
        {
            return changes;
        }

        return changes.Add(new TextChange(new TextSpan(parameter.Start, 0), "(")).Add(new TextChange(new TextSpan(parameter.End, 0), ")"));
    }

    private static AnonymousFunctionExpressionSyntax? LambdaOf(ExpressionSyntax value, SemanticModel model, CancellationToken cancellation)
    {
        while (value is ParenthesizedExpressionSyntax or CastExpressionSyntax)
        {
            value = value is CastExpressionSyntax cast ? cast.Expression : ((ParenthesizedExpressionSyntax)value).Expression;
        }

        return value switch
        {
            AnonymousFunctionExpressionSyntax lambda => lambda,
            IdentifierNameSyntax
                when model.GetSymbolInfo(value, cancellation).Symbol is ILocalSymbol { DeclaringSyntaxReferences: [var one] } => (
                one.GetSyntax(cancellation) as VariableDeclaratorSyntax
            )
                ?.Initializer
                ?.Value
                is { } initializer
                    and not IdentifierNameSyntax
                ? LambdaOf(initializer, model, cancellation)
                : null,
            _ => null,
        };
    }

    private static bool HoldsAll(SyntaxNode lambda, Diagnostic diagnostic) =>
        diagnostic.AdditionalLocations.All(l => l.SourceTree == lambda.SyntaxTree && lambda.Span.Contains(l.SourceSpan));
}
