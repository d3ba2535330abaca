using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Annotations;

/// <summary>The read consistency that a member declares, the nearest declaration winning.</summary>
internal enum DeclaredConsistency
{
    None,
    Eventual,
    Monotonic,
    Causal,
    Global,
    Primary,
}

/// <summary>Finds annotations by metadata name, so that the compile-time part never needs the run-time part loaded.</summary>
internal static class ConsistencyAnnotations
{
    /// <summary>
    /// The nearest annotation of a member: on itself, its type, the member it overrides, the interface member it implements, that
    /// interface, its assembly. Local functions and lambdas belong to the member they stand in.
    /// </summary>
    /// <param name="member">A method, property, field or type member.</param>
    /// <param name="includeAssembly">False for a callee: an assembly's declaration holds for its entry points, whose session the callee
    /// joins.</param>
    public static DeclaredConsistency Of(ISymbol member, bool includeAssembly = true) => Level(NearestTo(member, includeAssembly));

    /// <summary>The same, with all that the annotation says; null where there is none.</summary>
    public static Annotation? NearestTo(ISymbol member, bool includeAssembly = true) =>
        NearestTo(member, includeAssembly, besideOwn: false);

    /// <summary>What would hold for a method without the annotation that stands on itself.</summary>
    public static Annotation? NearestBesideOwn(IMethodSymbol member, bool includeAssembly = true) =>
        NearestTo(member, includeAssembly, besideOwn: true);

    private static Annotation? NearestTo(ISymbol member, bool includeAssembly, bool besideOwn)
    {
        while (
            member
                is IMethodSymbol
                {
                    MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction,
                    ContainingSymbol: { } container
                } local
        )
        {
            if (!besideOwn && Annotation.On(local) is { } onLocal)
            {
                return onLocal;
            }

            (member, besideOwn) = (container, false);
        }

        for (var overridden = member; overridden is not null; overridden = Overridden(overridden))
        {
            var own = besideOwn && ReferenceEquals(overridden, member) ? null : OnMember(overridden);
            if ((own ?? OnSymbol(overridden.ContainingType)) is { } nearest)
            {
                return nearest;
            }
        }

        return OnInterfaces(member) ?? (includeAssembly ? OnSymbol(member.ContainingAssembly) : null);
    }

    /// <summary>The annotation that stands on the symbol itself; of several, the strongest.</summary>
    public static DeclaredConsistency On(ISymbol? symbol) => Level(OnSymbol(symbol));

    private static DeclaredConsistency Level(Annotation? annotation) => LevelOf(annotation?.Kind);

    public static DeclaredConsistency LevelOf(AnnotationKind? kind) =>
        kind switch
        {
            AnnotationKind.Eventual => DeclaredConsistency.Eventual,
            AnnotationKind.Monotonic => DeclaredConsistency.Monotonic,
            AnnotationKind.Causal => DeclaredConsistency.Causal,
            AnnotationKind.Global => DeclaredConsistency.Global,
            AnnotationKind.Primary => DeclaredConsistency.Primary,
            _ => DeclaredConsistency.None,
        };

    private static Annotation? OnSymbol(ISymbol? symbol) => symbol is null ? null : Annotation.On(symbol);

    private static Annotation? OnMember(ISymbol member) =>
        Annotation.On(member) ?? (member is IMethodSymbol { AssociatedSymbol: { } property } ? Annotation.On(property) : null);

    private static ISymbol? Overridden(ISymbol member) =>
        member switch
        {
            IMethodSymbol method => method.OverriddenMethod,
            IPropertySymbol property => property.OverriddenProperty,
            _ => null,
        };

    private static Annotation? OnInterfaces(ISymbol member)
    {
        if (
            member.IsStatic
            || member.ContainingType is not { TypeKind: TypeKind.Class or TypeKind.Struct } type
            || member is not IMethodSymbol
        )
        {
            return null;
        }

        Annotation? onMember = null;
        Annotation? onInterface = null;
        // Looked up by name: of a contract with thousands of members each would otherwise be asked for each member of the class.
        var name = LastPart(member.Name);
        foreach (var contract in type.AllInterfaces)
        {
            foreach (var declared in contract.GetMembers(name))
            {
                if (
                    declared is IMethodSymbol method
                    && SymbolEqualityComparer.Default.Equals(
                        type.FindImplementationForInterfaceMember(method)?.OriginalDefinition,
                        member.OriginalDefinition
                    )
                )
                {
                    onMember = Annotation.Stronger(onMember, OnMember(method));
                    onInterface = Annotation.Stronger(onInterface, Annotation.On(contract));
                }
            }
        }

        return onMember ?? onInterface;
    }

    /// <summary>An explicit implementation is named after its interface: <c>IOrders.Get</c>.</summary>
    private static string LastPart(string name) => name.Substring(name.LastIndexOf('.') + 1);
}
