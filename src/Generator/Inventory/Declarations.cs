using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Generator.Inventory;

/// <summary>Finds what stands behind the consistency that holds for a unit, and where it stands.</summary>
internal static class Declarations
{
    /// <summary>What holds for a unit; null where nothing does.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="consistency">What was found to hold.</param>
    /// <param name="cancellation">Stops it.</param>
    public static UnitDeclaration? Of(ReportedUnit unit, DeclaredConsistency consistency, CancellationToken cancellation)
    {
        if (consistency == DeclaredConsistency.None)
        {
            return null;
        }

        if (unit.Declared == DeclaredConsistency.None)
        {
            return new UnitDeclaration(LevelOf(consistency), "its callers", null, null, null);
        }

        var annotation = AnnotationsOf(unit).FirstOrDefault(a => ConsistencyAnnotations.LevelOf(a.Kind) == consistency);
        if (annotation is null)
        {
            return new UnitDeclaration(
                LevelOf(consistency),
                $"WithMetadata(new {consistency}Attribute(…))",
                null,
                null,
                CodePlace.Of(unit.Handler?.Mapping.Syntax.GetLocation())
            );
        }

        var place = annotation.Data?.ApplicationSyntaxReference;
        return new UnitDeclaration(
            annotation.IsSnapshot ? UnitState.Snapshot : LevelOf(consistency),
            annotation.Display,
            annotation.Bearer is IAssemblySymbol assembly
                ? "assembly " + assembly.Name
                : annotation.Bearer?.ToDisplayString(UnitNames.Short),
            ReasonOf(annotation),
            place is null ? null : CodePlace.Of(place.GetSyntax(cancellation).GetLocation())
        );
    }

    /// <summary>A session that the unit's own code begins.</summary>
    public static UnitDeclaration Of(OpenSession session) =>
        new(
            session.OnPrimary ? UnitState.Primary
                : session.SeesWrites ? UnitState.Causal
                : UnitState.Monotonic,
            "a session in code",
            null,
            null,
            session.Identity is IOperation begin ? CodePlace.Of(begin.Syntax.GetLocation()) : null
        );

    private static IEnumerable<Annotation> AnnotationsOf(ReportedUnit unit)
    {
        for (
            ISymbol? around = unit.Symbol;
            around is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction };
            around = around.ContainingSymbol
        )
        {
            if (Annotation.On(around) is { } own)
            {
                yield return own;
            }
        }

        if (ConsistencyAnnotations.NearestTo(unit.Symbol) is { } nearest)
        {
            yield return nearest;
        }

        if (unit.Symbol.ContainingAssembly is { } assembly && Annotation.On(assembly) is { } all)
        {
            yield return all;
        }
    }

    private static string? ReasonOf(Annotation annotation) =>
        annotation is { Kind: AnnotationKind.Eventual, Data.ConstructorArguments: [{ Value: string reason }, ..] } ? reason : null;

    private static UnitState LevelOf(DeclaredConsistency consistency) =>
        consistency switch
        {
            DeclaredConsistency.Eventual => UnitState.Accepted,
            DeclaredConsistency.Causal or DeclaredConsistency.Global => UnitState.Causal,
            DeclaredConsistency.Primary => UnitState.Primary,
            _ => UnitState.Monotonic,
        };
}
