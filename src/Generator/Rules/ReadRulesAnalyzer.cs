using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// Runs the flow of each body once, for all rules about reads. A body is bound only where its syntax names members from
/// which a database may be reached often enough to matter.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ReadRulesAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(MR1001SequentialReads.Descriptor, MR1002ReadsAcrossCalls.Descriptor, MR1003ReadAfterWrite.Descriptor);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            var reads = new CompilationReads(start.Compilation);
            start.RegisterCodeBlockAction(block =>
            {
                if (block.CodeBlock is not ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax })
                {
                    Analyze(new Body(block.OwningSymbol, block.CodeBlock, block.SemanticModel), reads, block.Options, block.ReportDiagnostic, block.CancellationToken);
                }
            });

            // The block of an expression-bodied property is its expression alone; a report on the name would stand outside it and not be live.
            start.RegisterSyntaxNodeAction(node => AnalyzeExpressionBody(node, reads), SyntaxKind.PropertyDeclaration, SyntaxKind.IndexerDeclaration);
        });
    }

    private static void AnalyzeExpressionBody(SyntaxNodeAnalysisContext context, CompilationReads reads)
    {
        var body = context.Node switch
        {
            PropertyDeclarationSyntax property => property.ExpressionBody,
            IndexerDeclarationSyntax indexer => indexer.ExpressionBody,
            _ => null,
        };
        if (body is not null && context.ContainingSymbol is IPropertySymbol { GetMethod: { } getter })
        {
            Analyze(new Body(getter, body, context.SemanticModel), reads, context.Options, context.ReportDiagnostic, context.CancellationToken);
        }
    }

    private static void Analyze(Body block, CompilationReads reads, AnalyzerOptions analyzerOptions, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (reads.Libraries is not { } libraries || reads.Summaries is not { } summaries || !ReadCandidates.MayMeet(block.Syntax, summaries.Reaching.Contains))
        {
            return;
        }

        var options = ReadOptions.For(analyzerOptions.AnalyzerConfigOptionsProvider, block.Syntax.SyntaxTree);
        foreach (var body in MethodBody.In(block.Owner, block.Syntax, block.Model, cancellation))
        {
            var declared = ConsistencyAnnotations.Of(body.Symbol);
            if (declared is not (DeclaredConsistency.None or DeclaredConsistency.Monotonic))
            {
                continue;
            }

            var flow = ReadFlow.Analyze(body.Graph, body.Symbol, block.Model, libraries, options, summaries.Begin(options, cancellation), cancellation);
            if (flow.SequentialReads.IsEmpty && flow.ReadsAfterWrites.IsEmpty)
            {
                continue;
            }

            declared = declared == DeclaredConsistency.None ? CallerCoverage.Of(body.Symbol, block.Model, cancellation) : declared;
            if (declared == DeclaredConsistency.None && !MR1001SequentialReads.Report(body.Symbol, flow, report, cancellation))
            {
                MR1002ReadsAcrossCalls.Report(body.Symbol, flow, report, cancellation);
            }

            if (declared is DeclaredConsistency.None or DeclaredConsistency.Monotonic)
            {
                MR1003ReadAfterWrite.Report(body.Symbol, flow, report, cancellation);
            }
        }
    }

    private readonly record struct Body(ISymbol Owner, SyntaxNode Syntax, SemanticModel Model);

    /// <summary>What is looked up once per compilation, when the first body asks for it.</summary>
    private sealed class CompilationReads(Compilation compilation)
    {
        private readonly Lazy<(DataLibraries? Libraries, MethodSummaries? Summaries)> found = new(() =>
            DataLibraries.Create(compilation) is { } libraries ? (libraries, new MethodSummaries(compilation, libraries)) : default);

        public DataLibraries? Libraries => found.Value.Libraries;

        public MethodSummaries? Summaries => found.Value.Summaries;
    }
}
