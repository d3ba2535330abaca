using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Generator.Inventory;

/// <summary>One unit that reads or writes, as the rules and the flow see it.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Trace">What its flow passes, its own sessions being what they are.</param>
/// <param name="Declared">What holds for it.</param>
/// <param name="Reported">What the rules report, before baseline and pragmas.</param>
/// <param name="Settled">What they would report were nothing declared, without what they do.</param>
/// <param name="Targets">What one of its calls may run.</param>
internal sealed record SurveyedBody(
    ReportedUnit Unit,
    FlowTrace Trace,
    UnitDeclaration? Declared,
    IReadOnlyList<RuleReport> Reported,
    IReadOnlyList<RuleReport> Settled,
    Func<CalleeCall, IEnumerable<IMethodSymbol>> Targets
)
{
    /// <summary>The units of a body, those without a command left out.</summary>
    public static IEnumerable<SurveyedBody> In(
        SourceBody body,
        CompilationReads reads,
        MethodSummaries summaries,
        CancellationToken cancellation
    )
    {
        var search = summaries.Begin(cancellation);
        var mayMeet = ReadCandidates.MayMeet(body.Syntax, summaries.Reaching);
        if (mayMeet)
        {
            summaries.CountCandidate();
        }

        var isSettled = FaultRules.IsSettled(ConsistencyAnnotations.Of(body.Owner));
        List<MethodBody>? graphs = null;
        foreach (var (unit, flow) in BodyUnits.Of(body, search, cancellation))
        {
            if (flow.Reads.Sites == 0 && flow.FirstWrite is null)
            {
                continue;
            }

            graphs ??= [.. MethodBody.In(body.Owner, body.Syntax, body.Model, cancellation)];
            var graph = unit.Handler?.Body(cancellation) ?? graphs.Find(g => SymbolEqualityComparer.Default.Equals(g.Symbol, unit.Symbol));
            if (graph.Graph is null)
            {
                continue;
            }

            var trace = new FlowTrace();
            _ = search.Traced(graph, body.Model, trace);
            var consistency = FaultRules.ConsistencyOf(unit, body.Model, cancellation);
            var asReported = isSettled && !unit.IsHandler ? [] : RuleReport.Of(unit, flow, consistency, cancellation);
            yield return new SurveyedBody(
                unit,
                trace,
                Declarations.Of(unit, consistency, cancellation),
                mayMeet ? asReported : [],
                mayMeet ? SettledIn(unit, flow, trace, graph, body, search, asReported, cancellation) : [],
                call => search.TargetsOf(call.Method, call.IsVirtual)
            );
        }
    }

    private static List<RuleReport> SettledIn(
        ReportedUnit unit,
        FlowResult flow,
        FlowTrace trace,
        MethodBody graph,
        SourceBody body,
        SummarySearch search,
        IReadOnlyList<RuleReport> reported,
        CancellationToken cancellation
    )
    {
        if (trace.Sessions.Count > 0)
        {
            flow = search.Traced(graph, body.Model, new FlowTrace(ignoresSessions: true));
        }

        return
        [
            .. RuleReport
                .Of(unit, flow, DeclaredConsistency.None, cancellation)
                .Where(would => !reported.Any(r => r.Diagnostic.Id == would.Diagnostic.Id)),
        ];
    }
}
