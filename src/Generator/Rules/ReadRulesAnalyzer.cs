using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Options;

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
        ImmutableArray.Create(
            MR1001SequentialReads.Descriptor,
            MR1002ReadsAcrossCalls.Descriptor,
            MR1003ReadAfterWrite.Descriptor,
            MR1004NeedlessAnnotation.Descriptor,
            MR1006WrongPlan.Descriptor,
            MR1006WrongPlan.OfLine,
            MR1006WrongPlan.InVain,
            MR1007SeriesCouldBePlanned.Descriptor,
            MR1008SnapshotWrites.Descriptor,
            MR1009SnapshotReadsSideBySide.Descriptor,
            MR1012ReadsThroughCache.Descriptor,
            MR3002StaleBaseline.Descriptor
        );

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            var reads = new CompilationReads(start.Compilation, start.Options);
            if (start.Options.AdditionalFiles.Any(BaselineFile.IsOne))
            {
                start.RegisterCompilationEndAction(end => MR3002StaleBaseline.Report(reads.Baseline, end.ReportDiagnostic));
            }

            if (start.Options.AdditionalFiles.Any(PlansFile.IsOne))
            {
                start.RegisterCompilationEndAction(end =>
                    new PlansInVain(reads.Plans, end.Compilation, end.CancellationToken).Report(end.ReportDiagnostic)
                );
            }

            if (AnnotationNames.AreIn(start.Compilation))
            {
                start.RegisterSyntaxNodeAction(PlansOnTypes.Report, SyntaxKind.Attribute);
            }

            if (!reads.MayFind)
            {
                return;
            }

            // Not body by body: the compiler binds every body for itself, and whoever asks for a callee before its turn has it bound twice.
            // A file's turn comes when all bodies have been bound, in a build as in an editor.
            start.RegisterSemanticModelAction(file => AnalyzeFile(file, reads));
        });
    }

    private static void AnalyzeFile(SemanticModelAnalysisContext file, CompilationReads reads)
    {
        var tree = file.SemanticModel.SyntaxTree;
        if (reads.Summaries is not { } summaries || !(summaries.Reaching.MayMatter(tree) || NameIndex.Of(tree).MayAnnotate))
        {
            return;
        }

        // One body that cannot be analysed must not cost the findings of the others.
        ExceptionDispatchInfo? failure = null;
        foreach (var syntax in FileBodies.In((CompilationUnitSyntax)tree.GetRoot(file.CancellationToken)))
        {
            // A light bulb asks for a line, not for the file.
            if (file.FilterSpan is { } wanted && !wanted.IntersectsWith(FileBodies.DeclarationOf(syntax).Span))
            {
                continue;
            }

            try
            {
                AnalyzeBody(syntax, file, reads, summaries);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
    }

    private static void AnalyzeBody(SyntaxNode syntax, SemanticModelAnalysisContext file, CompilationReads reads, MethodSummaries summaries)
    {
        var cancellation = file.CancellationToken;
        cancellation.ThrowIfCancellationRequested();
        var mayMeet = ReadCandidates.MayMeet(syntax, summaries.Reaching);
        if (
            !(mayMeet || NameIndex.Of(syntax.SyntaxTree).MayAnnotate)
            || FileBodies.OwnerOf(syntax, file.SemanticModel, cancellation) is not { } owner
            || FileBodies.IsGenerated(owner, syntax.SyntaxTree)
        )
        {
            return;
        }

        var body = new SourceBody(owner, syntax, file.SemanticModel);
        var search = summaries.Begin(cancellation);
        if (mayMeet)
        {
            summaries.CountCandidate();
            AnalyzeCandidate(body, reads, search, file.ReportDiagnostic, cancellation);
            return;
        }

        if (!MR1006WrongPlan.ReportFew(owner, reads.Plans, search, file.ReportDiagnostic, cancellation))
        {
            ReportLoneCall(body, reads.Plans, search, file.ReportDiagnostic, cancellation);
        }

        MR1004NeedlessAnnotation.Report(owner, search, file.ReportDiagnostic, cancellation);
        ReportLoneWrite(body, search, file.ReportDiagnostic, cancellation);
    }

    private static void AnalyzeCandidate(
        SourceBody body,
        CompilationReads reads,
        SummarySearch search,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        var declared = ConsistencyAnnotations.Of(body.Owner);
        if (
            declared is DeclaredConsistency.Causal or DeclaredConsistency.Global
            && reads.Plans.On(body.Owner, cancellation) is { } plan
            && body.Owner is IMethodSymbol causal
        )
        {
            ReportPlan(causal, search.OfBody(causal, body.Syntax, body.Model), plan, search, report);
        }

        var isSettled = FaultRules.IsSettled(declared);
        if (isSettled && !body.Syntax.DescendantNodes().Any(static n => n is AnonymousFunctionExpressionSyntax))
        {
            return;
        }

        foreach (var (unit, flow) in BodyUnits.Of(body, search, cancellation))
        {
            if (unit.IsHandler || !isSettled)
            {
                Report(unit, flow, body, reads.Plans, search, finding => ReportMarked(finding, unit, reads, report), cancellation);
            }
        }
    }

    // A body that only calls a helper of its class may make as many reads as that.
    private static void ReportLoneCall(
        SourceBody body,
        SeriesPlans plans,
        SummarySearch search,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        if (
            body.Owner is IMethodSymbol method
            && plans.On(method, cancellation) is { } plan
            && search.OfBody(method, body.Syntax, body.Model) is { Reads.Calls.IsEmpty: false } flow
        )
        {
            ReportPlan(method, flow, plan, search, report);
        }
    }

    // Where a body names only one thing that may send, its flow is of no other use.
    private static void ReportLoneWrite(SourceBody body, SummarySearch search, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (body.Owner is IMethodSymbol method && ConsistencyAnnotations.NearestTo(method) is { IsSnapshot: true })
        {
            MR1008SnapshotWrites.Report(
                new ReportedUnit(method, body.Model.Compilation),
                search.OfBody(method, body.Syntax, body.Model),
                report,
                cancellation
            );
        }
    }

    private static void Report(
        ReportedUnit unit,
        FlowResult flow,
        SourceBody body,
        SeriesPlans plans,
        SummarySearch search,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        var symbol = unit.Symbol;
        MR1009SnapshotReadsSideBySide.Report(unit, unit.Lambda ?? body.Syntax, flow, body.Model, report, cancellation);
        var writesInSnapshot = MR1008SnapshotWrites.Report(unit, flow, report, cancellation);
        if (symbol is IMethodSymbol method && plans.On(symbol, cancellation) is { } plan)
        {
            ReportPlan(method, flow, plan, search, report);
        }

        if (!flow.IsAtFault)
        {
            MR1004NeedlessAnnotation.Report(symbol, search, report, cancellation);
            return;
        }

        FaultRules.Report(unit, flow, FaultRules.ConsistencyOf(unit, body.Model, cancellation), writesInSnapshot, report, cancellation);
    }

    private static void ReportPlan(IMethodSymbol method, FlowResult flow, SeriesPlan plan, SummarySearch search, Action<Diagnostic> report)
    {
        if (!MR1006WrongPlan.Report(method, flow.Reads, plan, search, report))
        {
            MR1007SeriesCouldBePlanned.Report(method, flow.Reads, plan, search, report);
        }
    }

    private static void ReportMarked(Diagnostic finding, ReportedUnit unit, CompilationReads reads, Action<Diagnostic> report) =>
        report(reads.Baseline.Accepts(finding.Id, unit) ? Baseline.Marked(finding) : finding);
}
