using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
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

    /// <summary>
    /// Whether MR2001 would name nothing in the compilation that it does not name now, and no other annotation would give way to this one.
    /// </summary>
    public static bool HarmsNobody(ISymbol annotated, Compilation compilation, CancellationToken cancellation)
    {
        var type = (annotated as INamedTypeSymbol ?? annotated.ContainingType).OriginalDefinition;
        var own = type.TypeKind == TypeKind.Class ? ImmutableArray.Create(type) : ImmutableArray<INamedTypeSymbol>.Empty;
        return own.Concat(HeirsOf(type, compilation, cancellation))
            .All(concerned => AddsNoObstacle(concerned, annotated, compilation) && KeepsOthers(concerned, annotated, compilation));
    }

    /// <summary>The same for what derives from the type of a method that is annotated itself.</summary>
    public static bool HarmsNoHeir(IMethodSymbol annotated, Compilation compilation, CancellationToken cancellation) =>
        HeirsOf(annotated.ContainingType.OriginalDefinition, compilation, cancellation)
            .All(heir => AddsNoObstacle(heir, annotated, compilation) && KeepsOthers(heir, annotated, compilation));

    /// <summary>Whether no annotation that holds for a member of what derives from the type is the one on this member.</summary>
    public static bool IsInheritedByNobody(IMethodSymbol annotated, Compilation compilation, CancellationToken cancellation)
    {
        var contracts = ContractAnnotations.Of(compilation);
        var bearer = annotated.OriginalDefinition;
        return HeirsOf(annotated.ContainingType.OriginalDefinition, compilation, cancellation)
            .All(heir =>
                AnnotationSurvey
                    .Of(heir, contracts, ImmutableArray<ISymbol>.Empty)
                    .Levels.All(level => !IsBornBy(level.Annotation, bearer) || IsSame(level.Method, bearer))
            );
    }

    /// <summary>Whether MR2001 would name nothing in one class that it does not name now.</summary>
    public static bool AddsNoObstacle(INamedTypeSymbol type, ISymbol annotated, Compilation compilation)
    {
        var known = WrappingDecision.For(type, compilation).Obstacles;
        return WrappingDecision.Decide(type, compilation, ImmutableArray.Create(annotated)).Obstacles.All(known.Contains);
    }

    /// <summary>Whether every member that has an annotation keeps it; one that holds for the annotated member too may give way.</summary>
    private static bool KeepsOthers(INamedTypeSymbol type, ISymbol annotated, Compilation compilation)
    {
        var contracts = ContractAnnotations.Of(compilation);
        var replaced = annotated is IMethodSymbol method ? ConsistencyAnnotations.NearestTo(method, includeAssembly: false) : null;
        var before = new Dictionary<IMethodSymbol, Annotation?>(SymbolEqualityComparer.Default);
        foreach (var (member, annotation) in AnnotationSurvey.Of(type, contracts, ImmutableArray<ISymbol>.Empty).Levels)
        {
            before[member] = annotation;
        }

        return AnnotationSurvey
            .Of(type, contracts, ImmutableArray.Create(annotated))
            .Levels.All(level =>
                !before.TryGetValue(level.Method, out var known)
                || known?.Bearer is not { } bearer
                || IsBornBy(level.Annotation, bearer)
                || IsBornBy(replaced, bearer)
            );
    }

    private static bool IsBornBy(Annotation? annotation, ISymbol bearer) => annotation?.Bearer is { } actual && IsSame(actual, bearer);

    private static bool IsSame(ISymbol left, ISymbol right) =>
        SymbolEqualityComparer.Default.Equals(left.OriginalDefinition, right.OriginalDefinition);

    /// <summary>What may implement or derive from the type.</summary>
    private static IEnumerable<INamedTypeSymbol> HeirsOf(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
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
