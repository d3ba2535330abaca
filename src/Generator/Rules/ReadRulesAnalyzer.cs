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

        var body = new Body(owner, syntax, file.SemanticModel);
        var search = summaries.Begin(cancellation);
        if (mayMeet)
        {
            summaries.CountCandidate();
            AnalyzeCandidate(body, reads, search, file.ReportDiagnostic, cancellation);
            return;
        }

        MR1006WrongPlan.ReportFew(owner, search, file.ReportDiagnostic, cancellation);
        MR1004NeedlessAnnotation.Report(owner, search, file.ReportDiagnostic, cancellation);
        ReportLoneWrite(body, search, file.ReportDiagnostic, cancellation);
    }

    private static void AnalyzeCandidate(
        Body body,
        CompilationReads reads,
        SummarySearch search,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        var declared = ConsistencyAnnotations.Of(body.Owner);
        if (
            declared == DeclaredConsistency.Causal
            && SeriesPlan.On(body.Owner, cancellation) is { } plan
            && body.Owner is IMethodSymbol causal
        )
        {
            ReportPlan(causal, search.OfBody(causal, body.Syntax, body.Model), plan, search, report);
        }

        // What a body declares holds for itself, and not for the handlers that it maps.
        var isSettled = declared is not (DeclaredConsistency.None or DeclaredConsistency.Monotonic);
        if (isSettled && !body.Syntax.DescendantNodes().Any(static n => n is AnonymousFunctionExpressionSyntax))
        {
            return;
        }

        foreach (var (unit, flow) in UnitsOf(body, search, cancellation))
        {
            if (unit.IsHandler || !isSettled)
            {
                Report(unit, flow, body, search, finding => ReportMarked(finding, unit, reads, report), cancellation);
            }
        }
    }

    /// <summary>The body and its local functions, then the handlers that they map and what these map in turn.</summary>
    private static IEnumerable<(ReportedUnit Unit, FlowResult Flow)> UnitsOf(
        Body body,
        SummarySearch search,
        CancellationToken cancellation
    )
    {
        var handlers = new List<HandlerLambda>();
        foreach (var (symbol, flow) in FlowsOf(body, search, cancellation))
        {
            handlers.AddRange(flow.Handlers);
            yield return (new ReportedUnit(symbol), flow);
        }

        var flows = new List<FlowResult>();
        for (var i = 0; i < handlers.Count; i++)
        {
            flows.Add(search.OfGraph(handlers[i].Body(cancellation), body.Model));
            handlers.AddRange(flows[i].Handlers);
        }

        var names = new HandlerNames(handlers, body.Model, cancellation);
        for (var i = 0; i < handlers.Count; i++)
        {
            yield return (new ReportedUnit(handlers[i].Lambda.Symbol, handlers[i], names), flows[i]);
        }
    }

    /// <summary>The flow of the body itself, and those of its local functions, which are units of their own.</summary>
    private static IEnumerable<(ISymbol Symbol, FlowResult Flow)> FlowsOf(Body body, SummarySearch search, CancellationToken cancellation)
    {
        var isKept = body.Owner is IMethodSymbol method && ForeignBodies.SyntaxOf(method, cancellation).Contains(body.Syntax);
        if (isKept)
        {
            yield return (body.Owner, search.OfBody((IMethodSymbol)body.Owner, body.Syntax, body.Model));
            if (!body.Syntax.DescendantNodes().Any(static n => n is LocalFunctionStatementSyntax))
            {
                yield break;
            }
        }

        foreach (var unit in MethodBody.In(body.Owner, body.Syntax, body.Model, cancellation))
        {
            if (!isKept || !SymbolEqualityComparer.Default.Equals(unit.Symbol, body.Owner))
            {
                yield return (unit.Symbol, search.OfGraph(unit, body.Model));
            }
        }
    }

    // Where a body names only one thing that may send, its flow is of no other use.
    private static void ReportLoneWrite(Body body, SummarySearch search, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (body.Owner is IMethodSymbol method && ConsistencyAnnotations.NearestTo(method) is { IsSnapshot: true })
        {
            MR1008SnapshotWrites.Report(new ReportedUnit(method), search.OfBody(method, body.Syntax, body.Model), report, cancellation);
        }
    }

    private static void Report(
        ReportedUnit unit,
        FlowResult flow,
        Body body,
        SummarySearch search,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        var symbol = unit.Symbol;
        MR1009SnapshotReadsSideBySide.Report(unit, unit.Lambda ?? body.Syntax, flow, body.Model, report, cancellation);
        var writesInSnapshot = MR1008SnapshotWrites.Report(unit, flow, report, cancellation);
        if (symbol is IMethodSymbol method && SeriesPlan.On(symbol, cancellation) is { } plan)
        {
            ReportPlan(method, flow, plan, search, report);
        }

        if (!flow.IsAtFault)
        {
            MR1004NeedlessAnnotation.Report(symbol, search, report, cancellation);
            return;
        }

        var declared = unit.Declared;
        declared = declared == DeclaredConsistency.None ? CallerCoverage.Of(symbol, body.Model, cancellation) : declared;
        ReportFaults(unit, flow, declared, writesInSnapshot, report, cancellation);
    }

    /// <summary>Reports what meets; only where that is nothing, what meets now and then.</summary>
    private static void ReportFaults(
        ReportedUnit unit,
        FlowResult flow,
        DeclaredConsistency declared,
        bool writesInSnapshot,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        var isUnordered = declared == DeclaredConsistency.None;
        var isBeforeWrites = isUnordered || (declared == DeclaredConsistency.Monotonic && !writesInSnapshot);
        var isReported =
            isUnordered
            && (
                MR1001SequentialReads.Report(unit, flow, report, cancellation)
                || MR1002ReadsAcrossCalls.Report(unit, flow, report, cancellation)
            );
        isReported |= isBeforeWrites && MR1003ReadAfterWrite.Report(unit, flow, report, cancellation);
        if (!isReported && isBeforeWrites && !(isUnordered && MR1012ReadsThroughCache.ReportReads(unit, flow, report, cancellation)))
        {
            MR1012ReadsThroughCache.ReportAfterWrites(unit, flow, report, cancellation);
        }
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

    private readonly record struct Body(ISymbol Owner, SyntaxNode Syntax, SemanticModel Model);
}
