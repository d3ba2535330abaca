using System.Collections.Immutable;
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

    /// <summary>
    /// Whether a class between the two declares a member that stands before this one, so that an override below would not find it.
    /// </summary>
    /// <param name="method">A method or accessor of a base class.</param>
    /// <param name="type">The class from which somebody derives.</param>
    /// <param name="compilation">In which that is.</param>
    public static bool IsHidden(IMethodSymbol method, INamedTypeSymbol type, Compilation compilation)
    {
        var member = method.AssociatedSymbol ?? method;
        for (
            var between = type;
            between is not null
                && !SymbolEqualityComparer.Default.Equals(between.OriginalDefinition, method.ContainingType.OriginalDefinition);
            between = between.BaseType
        )
        {
            if (between.GetMembers(member.Name).Any(other => Hides(other, member, compilation)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a member of a class stands before one of a base class that has the same name.</summary>
    public static bool Hides(ISymbol other, ISymbol member, Compilation compilation) =>
        !other.IsOverride
        && compilation.IsSymbolAccessibleWithin(other, compilation.Assembly)
        && (other, member) switch
        {
            (IMethodSymbol { ExplicitInterfaceImplementations.IsEmpty: false }, _) => false,
            (IMethodSymbol one, IMethodSymbol two) => one.Arity == two.Arity
                && HasSame((one.Arity > 0 ? one.Construct([.. two.TypeParameters]) : one).Parameters, two.Parameters),
            (IPropertySymbol { IsIndexer: true } one, IPropertySymbol two) => HasSame(one.Parameters, two.Parameters),
            (INamedTypeSymbol { Arity: > 0 }, _) => false,
            _ => true,
        };

    private static bool HasSame(ImmutableArray<IParameterSymbol> left, ImmutableArray<IParameterSymbol> right) =>
        left.Length == right.Length
        && left.Zip(right, static (l, r) => (l, r))
            .All(static pair =>
                (pair.l.RefKind == RefKind.None) == (pair.r.RefKind == RefKind.None)
                && SymbolEqualityComparer.Default.Equals(pair.l.Type, pair.r.Type)
            );

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
