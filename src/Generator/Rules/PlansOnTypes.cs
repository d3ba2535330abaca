using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Rules;

/// <summary>MR1006 on the annotation of a type: each of its methods has a series of its own, and no wrapper reads a plan for all.</summary>
internal static class PlansOnTypes
{
    /// <summary>Reports the argument <c>Reads</c>, if it stands on a type or an assembly.</summary>
    public static void Report(SyntaxNodeAnalysisContext context)
    {
        var attribute = (AttributeSyntax)context.Node;
        if (
            !AnnotationSyntax.MayPlan(attribute)
            || TargetOf(attribute) is not { } target
            || attribute.ArgumentList?.Arguments.FirstOrDefault(static a => a.NameEquals?.Name.Identifier.ValueText == "Reads")
                is not { } argument
            || context.SemanticModel.GetSymbolInfo(attribute, context.CancellationToken).Symbol?.ContainingType is not { } type
            || Annotation.KindOf(type) is null
            || context.SemanticModel.GetConstantValue(argument.Expression, context.CancellationToken).Value
                is not (int and not 0 and var reads)
        )
        {
            return;
        }

        context.ReportDiagnostic(
            Diagnostic.Create(
                MR1006WrongPlan.Descriptor,
                argument.GetLocation(),
                ImmutableDictionary<string, string?>.Empty.Add(SeriesPlan.ReadsProperty, "0").Add(SeriesPlan.ArgumentProperty, null),
                target,
                reads.ToString(CultureInfo.InvariantCulture),
                "only a method has a series, and a plan for all methods holds for none: write it on the method"
            )
        );
    }

    private static string? TargetOf(AttributeSyntax attribute) =>
        attribute.Parent?.Parent switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
            CompilationUnitSyntax => "the assembly",
            _ => null,
        };
}
