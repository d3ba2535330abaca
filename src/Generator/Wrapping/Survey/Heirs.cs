using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>A class and the classes of the compilation that derive from it.</summary>
internal static class Heirs
{
    public static IEnumerable<INamedTypeSymbol> Of(INamedTypeSymbol type, Compilation compilation)
    {
        var definition = type.OriginalDefinition;
        yield return definition;
        if (definition.IsSealed || definition.IsStatic || definition.TypeKind != TypeKind.Class)
        {
            yield break;
        }

        foreach (var key in Implementers.Of(new[] { definition.Name }.ToEquatableArray(), compilation, default))
        {
            if (compilation.Assembly.GetTypeByMetadataName(key) is { } candidate && DerivesFrom(candidate, definition))
            {
                yield return candidate;
            }
        }
    }

    private static bool DerivesFrom(INamedTypeSymbol type, INamedTypeSymbol ancestor)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current.OriginalDefinition, ancestor))
            {
                return true;
            }
        }

        return false;
    }
}
