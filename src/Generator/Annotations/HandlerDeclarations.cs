using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Annotations;

/// <summary>
/// What a mapped lambda declares. It runs long after the method that maps it, whose session it does not have; what that method says of
/// stale answers, <c>[Eventual]</c>, holds for it.
/// </summary>
internal static class HandlerDeclarations
{
    /// <param name="lambda">The lambda.</param>
    /// <param name="mapping">The call that maps it.</param>
    public static DeclaredConsistency Of(IMethodSymbol lambda, IInvocationOperation mapping)
    {
        if (
            lambda.ContainingModule is { } module
            && WebHandlers.HasPackage(module)
            && InMetadata(mapping) is var added and not DeclaredConsistency.None
        )
        {
            return added;
        }

        for (
            ISymbol? around = lambda;
            around is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction };
            around = around.ContainingSymbol
        )
        {
            if (ConsistencyAnnotations.On(around) is var own and not DeclaredConsistency.None)
            {
                return own;
            }
        }

        return ConsistencyAnnotations.Of(lambda) == DeclaredConsistency.Eventual
            ? DeclaredConsistency.Eventual
            : ConsistencyAnnotations.On(lambda.ContainingAssembly);
    }

    /// <summary><c>.WithMetadata(new CausalAttribute())</c>, which the web package reads as it reads the lambda's own attributes.</summary>
    private static DeclaredConsistency InMetadata(IInvocationOperation mapping)
    {
        var strongest = DeclaredConsistency.None;
        for (
            var node = mapping.Syntax;
            node.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } access;
            node = call
        )
        {
            if (access.Name.Identifier.ValueText != "WithMetadata")
            {
                continue;
            }

            foreach (var argument in call.ArgumentList.Arguments)
            {
                if (
                    argument.Expression is ObjectCreationExpressionSyntax { Type: var type }
                    && ConsistencyAnnotations.LevelOf(Annotation.KindOfName(type.ToString())) is var level
                    && level > strongest
                )
                {
                    strongest = level;
                }
            }
        }

        return strongest;
    }
}
