using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Symbols;

/// <summary>What a deriving wrapper can override.</summary>
internal static class Overriding
{
    /// <summary>Whether a class beside this one, in this assembly, may override the method or accessor.</summary>
    public static bool IsOpen(IMethodSymbol method, Compilation compilation)
    {
        if (!(method.IsVirtual || method.IsAbstract || method.IsOverride) || method.IsSealed || method.IsStatic)
        {
            return false;
        }

        if (method.MethodKind is not (MethodKind.Ordinary or MethodKind.PropertyGet or MethodKind.PropertySet) || method.IsVararg)
        {
            return false;
        }

        var isOurs =
            SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly)
            || method.ContainingAssembly.GivesAccessTo(compilation.Assembly);
        return method.DeclaredAccessibility switch
        {
            Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal => true,
            Accessibility.Internal or Accessibility.ProtectedAndInternal => isOurs,
            _ => false,
        };
    }

    /// <summary>The method and what it overrides, up to the first declaration.</summary>
    public static IReadOnlyList<IMethodSymbol> Line(IMethodSymbol method)
    {
        var line = new List<IMethodSymbol>();
        for (var current = method; current is not null; current = current.OverriddenMethod)
        {
            line.Add(current);
        }

        return line;
    }

    /// <summary>
    /// The accessibility that the override has to repeat: seen from another assembly, <c>protected internal</c> is <c>protected</c>.
    /// </summary>
    public static string AccessibilityText(ISymbol member, Compilation compilation) =>
        member.DeclaredAccessibility switch
        {
            Accessibility.Public => "public",
            Accessibility.Internal => "internal",
            Accessibility.ProtectedAndInternal => "private protected",
            Accessibility.ProtectedOrInternal
                when SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, compilation.Assembly)
                    || member.ContainingAssembly.GivesAccessTo(compilation.Assembly) => "protected internal",
            _ => "protected",
        };
}
