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
            start.RegisterCodeBlockAction(block => Analyze(block, libraries));
        });
    }

    private static void Analyze(CodeBlockAnalysisContext context, Lazy<DataLibraries?> libraries)
    {
        if (!ReadCandidates.MayReadTwice(context.CodeBlock) || libraries.Value is not { } known)
        {
            return;
        }

        var options = ReadOptions.For(context.Options.AnalyzerConfigOptionsProvider, context.CodeBlock.SyntaxTree);
        foreach (var body in MethodBody.In(context.OwningSymbol, context.CodeBlock, context.SemanticModel, context.CancellationToken))
        {
            if (ConsistencyAnnotations.Of(body.Symbol) == DeclaredConsistency.None)
            {
                var flow = ReadFlow.Analyze(body.Graph, context.SemanticModel, known, options, context.CancellationToken);
                MR1001SequentialReads.Report(body.Symbol, flow, context.ReportDiagnostic, context.CancellationToken);
            }
        }
    }
}
