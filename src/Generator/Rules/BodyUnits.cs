using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>The units that report for themselves in one body, each with what its flow shows.</summary>
internal static class BodyUnits
{
    /// <summary>The body and its local functions, then the handlers that they map and what these map in turn.</summary>
    public static IEnumerable<(ReportedUnit Unit, FlowResult Flow)> Of(
        SourceBody body,
        SummarySearch search,
        CancellationToken cancellation
    )
    {
        var handlers = new List<HandlerLambda>();
        foreach (var (symbol, flow) in FlowsOf(body, search, cancellation))
        {
            handlers.AddRange(flow.Handlers);
            yield return (new ReportedUnit(symbol, body.Model.Compilation), flow);
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
            yield return (new ReportedUnit(handlers[i].Lambda.Symbol, body.Model.Compilation, handlers[i], names), flows[i]);
        }
    }

    /// <summary>The flow of the body itself, and those of its local functions, which are units of their own.</summary>
    private static IEnumerable<(ISymbol Symbol, FlowResult Flow)> FlowsOf(
        SourceBody body,
        SummarySearch search,
        CancellationToken cancellation
    )
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
}
