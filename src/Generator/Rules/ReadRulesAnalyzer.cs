using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// Runs the flow of each body once, for all rules about reads. A body is bound only where its syntax names members that
/// may read often enough to matter.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ReadRulesAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(MR1001SequentialReads.Descriptor);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            // The libraries are looked up when the first body that names a read asks for them.
            var libraries = new Lazy<DataLibraries?>(() => DataLibraries.Create(start.Compilation));
            start.RegisterCodeBlockAction(block =>
            {
                if (block.CodeBlock is not ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax })
                {
                    Analyze(block.OwningSymbol, block.CodeBlock, block.SemanticModel, block.Options, libraries, block.ReportDiagnostic, block.CancellationToken);
                }
            });

            // The block of an expression-bodied property is its expression alone; a report on the name would stand outside it and not be live.
            start.RegisterSyntaxNodeAction(node => AnalyzeExpressionBody(node, libraries), SyntaxKind.PropertyDeclaration, SyntaxKind.IndexerDeclaration);
        });
    }

    private static void AnalyzeExpressionBody(SyntaxNodeAnalysisContext context, Lazy<DataLibraries?> libraries)
    {
        var body = context.Node switch
        {
            PropertyDeclarationSyntax property => property.ExpressionBody,
            IndexerDeclarationSyntax indexer => indexer.ExpressionBody,
            _ => null,
        };
        if (body is not null && context.ContainingSymbol is IPropertySymbol { GetMethod: { } getter })
        {
            Analyze(getter, body, context.SemanticModel, context.Options, libraries, context.ReportDiagnostic, context.CancellationToken);
        }
    }

    private static void Analyze(ISymbol owner, SyntaxNode block, SemanticModel model, AnalyzerOptions analyzerOptions, Lazy<DataLibraries?> libraries, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (!ReadCandidates.MayReadTwice(block) || libraries.Value is not { } known)
        {
            return;
        }

        var options = ReadOptions.For(analyzerOptions.AnalyzerConfigOptionsProvider, block.SyntaxTree);
        foreach (var body in MethodBody.In(owner, block, model, cancellation))
        {
            if (ConsistencyAnnotations.Of(body.Symbol) == DeclaredConsistency.None)
            {
                var flow = ReadFlow.Analyze(body.Graph, model, known, options, cancellation);
                MR1001SequentialReads.Report(body.Symbol, flow, report, cancellation);
            }
        }
    }
}
