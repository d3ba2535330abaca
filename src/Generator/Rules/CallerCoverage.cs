using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// What a private method's callers guarantee: it is covered when it has a caller, every caller is annotated, inside
/// <c>ReadSession.Begin</c> or itself covered, and it is never used as a method group.
/// </summary>
internal static class CallerCoverage
{
    /// <summary>The weakest guarantee among the callers; none where one of them gives none.</summary>
    public static DeclaredConsistency Of(ISymbol symbol, SemanticModel model, CancellationToken cancellation) =>
        Of(symbol, model, [], cancellation);

    private static DeclaredConsistency Of(ISymbol symbol, SemanticModel model, HashSet<ISymbol> open, CancellationToken cancellation)
    {
        if (
            symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction } method
            || (method.MethodKind == MethodKind.Ordinary && method.DeclaredAccessibility != Accessibility.Private)
            || !open.Add(method)
        )
        {
            return DeclaredConsistency.None;
        }

        var weakest = DeclaredConsistency.None;
        foreach (var name in Mentions(method, model.SyntaxTree, cancellation))
        {
            var mentioned = model.GetSymbolInfo(name, cancellation).Symbol;
            if (!SymbolEqualityComparer.Default.Equals(mentioned?.OriginalDefinition, method))
            {
                continue;
            }

            var guarantee = IsCalled(name) ? GuaranteeAt(name, model, open, cancellation) : DeclaredConsistency.None;
            if (guarantee == DeclaredConsistency.None)
            {
                return DeclaredConsistency.None;
            }

            weakest = weakest == DeclaredConsistency.None || guarantee < weakest ? guarantee : weakest;
        }

        return weakest;
    }

    /// <summary>
    /// Where the name stands in the file; a type in several files is left to its own devices, since its other parts have no model here.
    /// </summary>
    private static IEnumerable<SimpleNameSyntax> Mentions(IMethodSymbol method, SyntaxTree tree, CancellationToken cancellation)
    {
        var scopes =
            method.MethodKind == MethodKind.LocalFunction
                ? method.ContainingSymbol.DeclaringSyntaxReferences
                : method.ContainingType.DeclaringSyntaxReferences;
        if (scopes.Any(s => s.SyntaxTree != tree))
        {
            return [];
        }

        var root = tree.GetRoot(cancellation);
        return scopes
            .SelectMany(scope => CalledNames.Of(tree).In(method.Name, scope.Span))
            .Select(place => root.FindToken(place).Parent)
            .OfType<SimpleNameSyntax>();
    }

    private static bool IsCalled(SimpleNameSyntax name)
    {
        SyntaxNode callee = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return callee.Parent is InvocationExpressionSyntax invocation && invocation.Expression == callee;
    }

    private static DeclaredConsistency GuaranteeAt(
        SimpleNameSyntax call,
        SemanticModel model,
        HashSet<ISymbol> open,
        CancellationToken cancellation
    )
    {
        if (SessionInCode.Around(call, model, cancellation) is var session and not DeclaredConsistency.None)
        {
            return session;
        }

        var caller = model.GetEnclosingSymbol(call.SpanStart, cancellation);
        if (HandlerAround(call, model, cancellation) is ({ } handler, { } mapping))
        {
            return HandlerDeclarations.Of(handler, mapping);
        }

        while (caller is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction })
        {
            caller = caller.ContainingSymbol;
        }

        if (caller is null)
        {
            return DeclaredConsistency.None;
        }

        var declared = ConsistencyAnnotations.Of(caller);
        return declared != DeclaredConsistency.None ? declared : Of(caller, model, open, cancellation);
    }

    /// <summary>The mapped lambda in which a call stands: it has no session of the method around it.</summary>
    private static (IMethodSymbol? Lambda, IInvocationOperation? Mapping) HandlerAround(
        SyntaxNode call,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        for (var node = call; node is not null and not (MemberDeclarationSyntax or LocalFunctionStatementSyntax); node = node.Parent)
        {
            if (
                node is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax }
                && model.GetOperation(node, cancellation) is IAnonymousFunctionOperation lambda
                && HandlerMappings.MappingOf(lambda) is { } mapping
            )
            {
                return (lambda.Symbol, mapping);
            }
        }

        return default;
    }
}
