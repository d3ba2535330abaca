using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>
/// The wrapper's name: <c>Consistent</c> and the class's own, containing names first (<c>Outer.Repo</c> gives <c>ConsistentOuterRepo</c>).
/// </summary>
internal static class WrapperName
{
    public static string Of(INamedTypeSymbol type) => GeneratedWrappers.NamePrefix + Flattened(type);

    /// <summary>What else bears the wrapper's name in its namespace, or null when the name is free.</summary>
    public static ISymbol? TakenBy(INamedTypeSymbol type, Func<INamedTypeSymbol, bool> isAnnotated)
    {
        var name = Of(type);
        var arity = TypeChain.TypeParameters(type).Count;
        foreach (var member in type.ContainingNamespace.GetMembers(name))
        {
            if (
                member is INamespaceSymbol
                || (member is INamedTypeSymbol other && other.Arity == arity && !GeneratedWrappers.IsWrittenByUs(other))
            )
            {
                return member;
            }
        }

        return SameNameBefore(type, arity, isAnnotated);
    }

    /// <summary>
    /// <c>Outer.Repo</c> and <c>OuterRepo</c> would get one name: the less nested class has it, then the first in ordinal order.
    /// </summary>
    private static INamedTypeSymbol? SameNameBefore(INamedTypeSymbol type, int arity, Func<INamedTypeSymbol, bool> isAnnotated)
    {
        var depth = TypeChain.Of(type).Count;
        foreach (var other in Spelled(type.ContainingNamespace, Flattened(type)))
        {
            if (
                !SymbolEqualityComparer.Default.Equals(other, type)
                && TypeChain.TypeParameters(other).Count == arity
                && ComesBefore(other, TypeChain.Of(other).Count, type, depth)
                && isAnnotated(other)
            )
            {
                return other;
            }
        }

        return null;
    }

    private static bool ComesBefore(INamedTypeSymbol left, int leftDepth, INamedTypeSymbol right, int rightDepth) =>
        leftDepth != rightDepth ? leftDepth < rightDepth : string.CompareOrdinal(Dotted(left), Dotted(right)) < 0;

    private static string Dotted(INamedTypeSymbol type) => string.Join(".", TypeChain.Of(type).Select(static t => t.MetadataName));

    private static string Flattened(INamedTypeSymbol type) => string.Concat(TypeChain.Of(type).Select(static t => t.Name));

    private static IEnumerable<INamedTypeSymbol> Spelled(INamespaceOrTypeSymbol container, string name)
    {
        foreach (var whole in container.GetTypeMembers(name))
        {
            if (whole.TypeKind == TypeKind.Class)
            {
                yield return whole;
            }
        }

        for (var length = 1; length < name.Length; length++)
        {
            foreach (var outer in container.GetTypeMembers(name.Substring(0, length)))
            {
                foreach (var nested in Spelled(outer, name.Substring(length)))
                {
                    yield return nested;
                }
            }
        }
    }
}
