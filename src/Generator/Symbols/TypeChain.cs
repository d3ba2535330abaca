using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Symbols;

/// <summary>A type together with the types that it is nested in.</summary>
internal static class TypeChain
{
    /// <summary>The type and what contains it, from the outside in.</summary>
    public static IReadOnlyList<INamedTypeSymbol> Of(INamedTypeSymbol type)
    {
        var chain = new List<INamedTypeSymbol>();
        for (var current = type; current is not null; current = current.ContainingType)
        {
            chain.Insert(0, current);
        }

        return chain;
    }

    public static IReadOnlyList<ITypeParameterSymbol> TypeParameters(INamedTypeSymbol type) =>
        Of(type).SelectMany(static t => t.TypeParameters).ToList();
}
