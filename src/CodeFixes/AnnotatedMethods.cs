using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.CodeFixes;

/// <summary>The methods for which an annotation has to take effect: the one that has it, or those of a class for which it stands.</summary>
internal static class AnnotatedMethods
{
    public static ImmutableArray<IMethodSymbol> Of(ISymbol? symbol) =>
        symbol switch
        {
            IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.PropertyGet or MethodKind.PropertySet, IsStatic: false } method =>
                ImmutableArray.Create(method),
            INamedTypeSymbol { TypeKind: TypeKind.Class, IsStatic: false } type => Of(type),
            _ => ImmutableArray<IMethodSymbol>.Empty,
        };

    private static ImmutableArray<IMethodSymbol> Of(INamedTypeSymbol type)
    {
        var isWhole = Annotation.On(type) is { NeedsSession: true };
        return type.GetMembers()
            .OfType<IMethodSymbol>()
            .Where(m =>
                m is { IsStatic: false, MethodKind: MethodKind.Ordinary or MethodKind.PropertyGet or MethodKind.PropertySet }
                && (Annotation.On(m) is { } own ? own.NeedsSession : isWhole && IsMeant(m))
            )
            .ToImmutableArray();
    }

    private static bool IsMeant(IMethodSymbol method) =>
        method
            is {
                MethodKind: MethodKind.Ordinary,
                IsImplicitlyDeclared: false,
                IsOverride: false,
                DeclaredAccessibility: Accessibility.Public
            };
}
