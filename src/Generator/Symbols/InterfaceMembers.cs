using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Symbols;

/// <summary>The interface members that stand in for one class, with what runs when they are called.</summary>
internal static class InterfaceMembers
{
    /// <summary>
    /// An interface member and the class's implementation: a class member, an interface's default, or null where the class has an error.
    /// </summary>
    public readonly record struct Pair(ISymbol Declaration, ISymbol? Implementation);

    /// <summary>Every instance member that a caller can reach through an interface of the class, in a stable order.</summary>
    public static IEnumerable<Pair> Of(INamedTypeSymbol type)
    {
        foreach (var contract in type.AllInterfaces)
        {
            foreach (var member in contract.GetMembers())
            {
                if (!IsOwnSlot(member))
                {
                    continue;
                }

                var implementation = Implementation(type, member);
                if (IsCallable(member, type) || !IsDefaultOnly(member, implementation))
                {
                    yield return new Pair(member, implementation);
                }
            }
        }
    }

    /// <summary>The accessors of a property or event, or the method itself.</summary>
    public static IEnumerable<IMethodSymbol> Methods(ISymbol? member) =>
        member switch
        {
            IMethodSymbol method => new[] { method },
            IPropertySymbol property => new[] { property.GetMethod, property.SetMethod }.OfType<IMethodSymbol>(),
            IEventSymbol happening => new[] { happening.AddMethod, happening.RemoveMethod }.OfType<IMethodSymbol>(),
            _ => Enumerable.Empty<IMethodSymbol>(),
        };

    /// <summary>What runs when the interface method is called on an instance of the class.</summary>
    public static IMethodSymbol Runs(INamedTypeSymbol type, IMethodSymbol declaration) =>
        Implementation(type, declaration) as IMethodSymbol ?? declaration;

    /// <summary>Whether the interface's own body runs: left out of the wrapper, it runs there as well.</summary>
    public static bool IsDefaultOnly(ISymbol declaration, ISymbol? implementation) =>
        !declaration.IsAbstract && implementation?.ContainingType.TypeKind == TypeKind.Interface;

    /// <summary>Whether code beside the class may call the member through its interface.</summary>
    public static bool IsCallable(ISymbol declaration, INamedTypeSymbol type) =>
        Methods(declaration)
            .Append(declaration)
            .All(m =>
                m.DeclaredAccessibility switch
                {
                    Accessibility.Public or Accessibility.Private => true,
                    Accessibility.Internal or Accessibility.ProtectedOrInternal => SymbolEqualityComparer.Default.Equals(
                        m.ContainingAssembly,
                        type.ContainingAssembly
                    ) || m.ContainingAssembly.GivesAccessTo(type.ContainingAssembly),
                    _ => false,
                }
            );

    private static ISymbol? Implementation(INamedTypeSymbol type, ISymbol declaration)
    {
        var found = type.FindImplementationForInterfaceMember(declaration);
        if (
            found is null or { IsVirtual: false, IsAbstract: false, IsOverride: false }
            || found.ContainingType.TypeKind == TypeKind.Interface
        )
        {
            return found;
        }

        // A base class may implement it with a virtual member that a class in between overrides.
        for (var current = type; current is not null; current = current.BaseType)
        {
            foreach (var member in current.GetMembers(found.Name))
            {
                for (var overridden = member; overridden is not null; overridden = Overridden(overridden))
                {
                    if (SymbolEqualityComparer.Default.Equals(overridden, found))
                    {
                        return member;
                    }
                }
            }
        }

        return found;
    }

    private static ISymbol? Overridden(ISymbol member) =>
        member switch
        {
            IMethodSymbol method => method.OverriddenMethod,
            IPropertySymbol property => property.OverriddenProperty,
            IEventSymbol happening => happening.OverriddenEvent,
            _ => null,
        };

    /// <summary>
    /// A slot of its own: neither an accessor, nor code that cannot be overridden, nor the override of a base interface's member.
    /// </summary>
    private static bool IsOwnSlot(ISymbol member)
    {
        if (!(member.IsAbstract || member.IsVirtual) || member.DeclaredAccessibility == Accessibility.Private)
        {
            return false;
        }

        return member switch
        {
            IMethodSymbol method => method.AssociatedSymbol is null && method.ExplicitInterfaceImplementations.IsEmpty,
            IPropertySymbol property => property.ExplicitInterfaceImplementations.IsEmpty,
            IEventSymbol happening => happening.ExplicitInterfaceImplementations.IsEmpty,
            _ => false,
        };
    }
}
