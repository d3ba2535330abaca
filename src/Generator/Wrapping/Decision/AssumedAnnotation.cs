using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>What an annotation on a type, or on a member of an interface, would do that is not written yet.</summary>
internal static class AssumedAnnotation
{
    /// <summary>Whether the method would run in a session of its wrapper's, or of the web package's.</summary>
    /// <param name="method">A method of a class.</param>
    /// <param name="annotated">The class, its interface, or the interface's member.</param>
    /// <param name="compilation">The compilation of the class.</param>
    public static bool Covers(IMethodSymbol method, ISymbol annotated, Compilation compilation) =>
        SymbolEqualityComparer.Default.Equals(annotated, method.ContainingType)
        && FrameworkActivation.Of(method.ContainingType) is { } activation
            ? activation.HonoursType(compilation) && activation.Honours(method, compilation)
            : WrappingDecision.Decide(method.ContainingType, compilation, ImmutableArray.Create(annotated)).CoverageOf(method) is not null;

    /// <summary>Whether MR2001 would name nothing in the compilation that it does not name now.</summary>
    public static bool HarmsNobody(ISymbol annotated, Compilation compilation, CancellationToken cancellation)
    {
        var type = (annotated as INamedTypeSymbol ?? annotated.ContainingType).OriginalDefinition;
        var assumed = ImmutableArray.Create(annotated);
        return Concerned(type, compilation, cancellation)
            .All(concerned =>
            {
                var known = WrappingDecision.For(concerned, compilation).Obstacles;
                return WrappingDecision.Decide(concerned, compilation, assumed).Obstacles.All(known.Contains);
            });
    }

    /// <summary>The type itself, and what may implement or derive from it.</summary>
    private static IEnumerable<INamedTypeSymbol> Concerned(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        if (type.TypeKind == TypeKind.Class)
        {
            yield return type;
        }

        foreach (var name in Implementers.Of(type, compilation, cancellation))
        {
            if (
                compilation.Assembly.GetTypeByMetadataName(name) is { } candidate
                && !SymbolEqualityComparer.Default.Equals(candidate, type)
            )
            {
                yield return candidate;
            }
        }
    }
}
