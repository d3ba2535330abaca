using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Annotations;

/// <summary>
/// What a mapped lambda declares. It runs long after the method that maps it, whose session it does not have; what that method says of
/// stale answers, <c>[Eventual]</c>, holds for it.
/// </summary>
internal static class HandlerDeclarations
{
    public static DeclaredConsistency Of(IMethodSymbol lambda)
    {
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
}
