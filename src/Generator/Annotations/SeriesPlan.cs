using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Annotations;

/// <summary>The plan of a series, <c>[Monotonic(Reads = 3)]</c>, or the place for one.</summary>
/// <param name="Reads">How many reads the annotation says; 0 where it says nothing.</param>
/// <param name="Declaration">The method on which it stands.</param>
internal sealed record SeriesPlan(int Reads, MethodDeclarationSyntax Declaration)
{
    /// <summary>The key of a diagnostic's property that tells the fix how many reads there are; 0 for none to plan.</summary>
    public const string ReadsProperty = "Reads";

    /// <summary>The plan of a method with <c>[Monotonic]</c>, <c>[Causal]</c> or <c>[Global]</c> on itself; null for any other.</summary>
    public static SeriesPlan? On(ISymbol symbol, CancellationToken cancellation)
    {
        if (symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary } method)
        {
            return null;
        }

        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            if (
                reference.GetSyntax(cancellation) is MethodDeclarationSyntax declaration
                && declaration.AttributeLists.Any(static l => l.Attributes.Any(AnnotationSyntax.MayPlan))
                && Annotation.On(method) is { Kind: AnnotationKind.Monotonic or AnnotationKind.Causal or AnnotationKind.Global } annotation
            )
            {
                return new SeriesPlan(annotation.Reads, declaration);
            }
        }

        return null;
    }
}
