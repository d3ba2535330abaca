using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// A forward may-analysis of one body over its control-flow graph: it notes each replica read that meets an earlier read or write. Here
/// its parts are put together: the walk through the graph, the evaluation of what stands in it, and what is sent.
/// </summary>
internal sealed class ReadFlow : IGraphRunner
{
    private readonly FlowContext _context;
    private readonly FlowFindings _findings;
    private readonly ICalleeSummaries _callees;
    private readonly Dictionary<IMethodSymbol, MethodSummary> _localFunctions;
    private readonly CallbackRunner _callbacks;
    private readonly GraphWalk _walk;

    private ReadFlow(FlowContext context, ICalleeSummaries callees, Dictionary<IMethodSymbol, MethodSummary> localFunctions)
    {
        _context = context;
        _findings = new FlowFindings(context.Method?.ContainingType, context.Graph.OriginalOperation);
        _callees = callees;
        _localFunctions = localFunctions;

        var known = new KnownValues(context);
        var sender = new CommandSender(context, _findings);
        var queries = new QuerySender(context, known, sender, callees);
        var listed = new ListedMemberEffects(context, known, sender);
        var bodies = new CalleeEffects(context, known, sender, callees, localFunctions, this);
        _callbacks = new CallbackRunner(context, _findings, known, bodies, new MethodGroups(context, known, sender, queries), this);
        var library = new LibraryCallEffects(context, known, sender, queries, _callbacks);
        var evaluator = new Evaluator(
            context,
            known,
            new Assignments(context, known, _callbacks),
            new PropertyEvaluator(context, known, listed, bodies),
            new CallEvaluator(
                context,
                _findings,
                known,
                listed,
                library,
                queries,
                new DelegatingCalls(context, bodies, _callbacks),
                _callbacks
            ),
            new CreationEvaluator(context, known, queries, bodies),
            _callbacks,
            new UnnamedCalls(context, bodies)
        );
        _walk = new GraphWalk(context, evaluator, new Conditions(context, known));
    }

    /// <summary>Analyses one graph, without its local functions, which are units of their own.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="symbol">The method, accessor, field or local function that it belongs to.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="libraries">What reads and writes.</param>
    /// <param name="options">The options of its file.</param>
    /// <param name="callees">Follows calls.</param>
    /// <param name="cancellation">Stops the analysis.</param>
    /// <param name="trace">Is told what the walk passes; null where only what is at fault is asked for.</param>
    public static FlowResult Analyze(
        ControlFlowGraph graph,
        ISymbol symbol,
        SemanticModel model,
        DataLibraries libraries,
        ReadOptions options,
        ICalleeSummaries callees,
        CancellationToken cancellation,
        FlowTrace? trace = null
    ) =>
        new ReadFlow(
            new FlowContext(graph, symbol as IMethodSymbol, model, libraries, options, cancellation, trace),
            callees,
            new(SymbolEqualityComparer.Default)
        ).Analyze();

    bool IGraphRunner.TryRun(FlowState entry, out FlowState? exit) => _walk.TryRun(entry, out exit);

    MethodSummary IGraphRunner.Summarize(ControlFlowGraph graph, IMethodSymbol localFunction) =>
        new ReadFlow(
            new FlowContext(graph, localFunction, _context.Model, _context.Libraries, _context.Options, _context.Cancellation),
            _callees,
            _localFunctions
        )
            .Analyze()
            .Summary;

    private FlowResult Analyze()
    {
        if (!_walk.TryRun(FlowState.Start, out var exit))
        {
            return FlowResult.Empty;
        }

        _callbacks.RunHeld();
        return _findings.ToResult(exit);
    }
}
