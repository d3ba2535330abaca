using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Merging;

namespace MonotonicReads.Generator.Rules;

/// <summary>Reads of Dapper's that follow each other and know nothing of each other; a light bulb, never a message.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MR1010ReadsInOneRoundTrip : DiagnosticAnalyzer
{
    internal const string Id = "MR1010";

    internal static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Reads could be one round trip",
        "{0} reads from '{1}' on know nothing of each other's results: QueryMultiple would fetch them in one round trip",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Hidden,
        isEnabledByDefault: true,
        description: "One round trip is faster than several, and one answer cannot run backwards.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (!start.Compilation.GetTypesByMetadataName("Dapper.SqlMapper").IsEmpty)
            {
                start.RegisterSyntaxNodeAction(Analyze, SyntaxKind.Block);
            }
        });
    }

    private static void Analyze(SyntaxNodeAnalysisContext context)
    {
        foreach (var series in MergeableReads.In((BlockSyntax)context.Node, context.SemanticModel, context.CancellationToken))
        {
            var first = series[0].Name.Identifier;
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Descriptor,
                    first.GetLocation(),
                    series.Skip(1).Select(static read => read.Name.Identifier.GetLocation()),
                    series.Length.ToString(CultureInfo.InvariantCulture),
                    first.ValueText
                )
            );
        }
    }
}
