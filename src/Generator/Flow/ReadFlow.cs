using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// A forward may-analysis of one body over its control-flow graph: it runs every block with an abstract state until nothing
/// changes and notes each replica read that meets an earlier read or write. This part walks the graph; the other parts
/// of the class evaluate expressions and calls.
/// </summary>
internal sealed partial class ReadFlow
{
    /// <summary>A body that has not settled after so many visits of each block is given up: no finding without proof.</summary>
    private const int MaxVisitsPerBlock = 64;

    /// <summary>Lambdas within lambdas deeper than this are not followed.</summary>
    private const int MaxLambdaDepth = 6;

    private readonly SemanticModel model;
    private readonly DataLibraries libraries;
    private readonly LibraryTypes types;
    private readonly ReadOptions options;
    private readonly CancellationToken cancellation;

    private readonly Dictionary<Site, Site> ownSequential = [];
    private readonly Dictionary<Site, Site> sequential = [];
    private readonly Dictionary<Site, Site> afterWrite = [];
    private readonly Dictionary<CallEffect, int> effects = [];
    private readonly HashSet<DelegateRun> delegateRuns = [];
    private readonly HashSet<Site> readSites = [];
    private readonly HashSet<Site> writeSites = [];
    private bool mayRepeatReads;
    private bool startsAfresh;
    private readonly HashSet<Callback> held = [];
    private readonly HashSet<Callback> ran = [];
    private readonly Dictionary<IMethodSymbol, MethodSummary> localFunctions;
    private readonly IMethodSymbol? method;
    private readonly ICalleeSummaries calls;

    private ControlFlowGraph graph;
    private FlowState state = FlowState.Start;
    private BasicBlock? block;
    private int lambdaDepth;
    private int expressionDepth;

    private ReadFlow(
        ControlFlowGraph graph,
        IMethodSymbol? method,
        SemanticModel model,
        DataLibraries libraries,
        ReadOptions options,
        ICalleeSummaries calls,
        Dictionary<IMethodSymbol, MethodSummary> localFunctions,
        CancellationToken cancellation
    )
    {
        this.method = method;
        this.calls = calls;
        this.localFunctions = localFunctions;
        this.graph = graph;
        this.model = model;
        this.libraries = libraries;
        types = libraries.Types;
        this.options = options;
        this.cancellation = cancellation;
    }

    /// <summary>Analyses one graph, without its local functions, which are units of their own.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="symbol">The method, accessor, field or local function that it belongs to.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="libraries">What reads and writes.</param>
    /// <param name="options">The options of its file.</param>
    /// <param name="calls">Follows calls.</param>
    /// <param name="cancellation">Stops the analysis.</param>
    public static FlowResult Analyze(
        ControlFlowGraph graph,
        ISymbol symbol,
        SemanticModel model,
        DataLibraries libraries,
        ReadOptions options,
        ICalleeSummaries calls,
        CancellationToken cancellation
    ) =>
        new ReadFlow(
            graph,
            symbol as IMethodSymbol,
            model,
            libraries,
            options,
            calls,
            new(SymbolEqualityComparer.Default),
            cancellation
        ).Analyze();

    private FlowResult Analyze()
    {
        if (!TryRun(FlowState.Start, out var exit))
        {
            return FlowResult.Empty;
        }

        RunHeldLambdas();
        return new FlowResult(
            Faults(ownSequential),
            Faults(sequential),
            Faults(afterWrite),
            new ReadCount(readSites.Count, exit?.MostReads ?? 0, mayRepeatReads, startsAfresh || readSites.Any(static s => s.ThroughCall)),
            writeSites.OrderBy(static s => s.Position).FirstOrDefault(),
            new MethodSummary([.. effects.Select(e => e.Key with { Distance = e.Value })], [.. delegateRuns])
        );

        static Items<Fault> Faults(Dictionary<Site, Site> faults) =>
            [.. faults.OrderBy(f => f.Key.Position).Select(f => new Fault(f.Key, f.Value))];
    }

    /// <summary>Runs the whole current graph; the state at its exit, or null where the end is never reached.</summary>
    private bool TryRun(FlowState entry, out FlowState? exit) => TryRunBlocks(0, graph.Blocks.Length - 1, entry, out exit);

    /// <summary>Runs the blocks of one region (or of the whole graph) from its first block on.</summary>
    private bool TryRunBlocks(int first, int last, FlowState entry, out FlowState? exit)
    {
        var states = new FlowState?[last - first + 1];
        var visits = new int[states.Length];
        var pending = new SortedSet<int>();
        FlowState? end = null;
        Reach(first, entry);
        while (pending.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var ordinal = pending.Min;
            pending.Remove(ordinal);
            if (++visits[ordinal - first] > MaxVisitsPerBlock)
            {
                exit = null;
                return false;
            }

            if (!TryRunBlock(graph.Blocks[ordinal], states[ordinal - first]!, Reach, ref end))
            {
                exit = null;
                return false;
            }
        }

        exit = end;
        return true;

        void Reach(int ordinal, FlowState reached)
        {
            if (ordinal < first || ordinal > last)
            {
                return;
            }

            var known = states[ordinal - first];
            var joined = FlowState.Join(known, reached);
            if (known is null || !known.Equals(joined))
            {
                states[ordinal - first] = joined;
                pending.Add(ordinal);
            }
        }
    }

    private bool TryRunBlock(BasicBlock current, FlowState entry, Action<int, FlowState> reach, ref FlowState? end)
    {
        block = current;
        state = entry;
        if (current.Kind == BasicBlockKind.Exit)
        {
            end = FlowState.Join(end, state);
            return true;
        }

        FlowState? handled = null;
        foreach (var operation in current.Operations)
        {
            if (!ReferenceEquals(handled, state))
            {
                handled = state;
                ReachHandlers(operation, current, reach);
            }

            EvaluateStatement(operation);
            block = current;
        }

        if (current.BranchValue is { } value)
        {
            ReachHandlers(value, current, reach);
            EvaluateStatement(value);
            block = current;
        }

        var result = state;
        var taken = Taken(current);
        return (taken == false || TryFollow(current.ConditionalSuccessor, result, reach, ref end))
            && (taken == true || TryFollow(current.FallThroughSuccessor, result, reach, ref end));
    }

    /// <summary>Whether a constant condition takes the conditional branch; null where it is no constant.</summary>
    private static bool? Taken(BasicBlock current) =>
        current.ConditionKind != ControlFlowConditionKind.None
        && current.BranchValue?.ConstantValue is { HasValue: true, Value: bool constant }
            ? constant == (current.ConditionKind == ControlFlowConditionKind.WhenTrue)
            : null;

    private bool TryFollow(ControlFlowBranch? branch, FlowState result, Action<int, FlowState> reach, ref FlowState? end)
    {
        if (branch is null)
        {
            return true;
        }

        if (branch.Semantics == ControlFlowBranchSemantics.StructuredExceptionHandling)
        {
            // The end of a finally region that is being run on behalf of a branch.
            end = FlowState.Join(end, result);
            return true;
        }

        if (branch.Destination is not { } destination)
        {
            return true;
        }

        // Each branch that leaves a try runs the finally on its own: an early return must not meet what follows the try.
        FlowState? passed = result;
        foreach (var region in branch.FinallyRegions)
        {
            if (!TryRunBlocks(region.FirstBlockOrdinal, region.LastBlockOrdinal, passed!, out passed))
            {
                return false;
            }

            if (passed is null)
            {
                return true;
            }
        }

        reach(destination.Ordinal, passed!);
        return true;
    }

    /// <summary>
    /// An exception of the operation that comes next leaves the current state to every handler around the block. What the compiler adds
    /// (the disposal at the end of a using) is taken not to throw, or each fallback in a catch would meet the read before it.
    /// </summary>
    private void ReachHandlers(IOperation next, BasicBlock current, Action<int, FlowState> reach)
    {
        if (next.IsImplicit)
        {
            return;
        }

        for (var region = current.EnclosingRegion; region is not null; region = region.EnclosingRegion)
        {
            if (region.Kind != ControlFlowRegionKind.Try || region.EnclosingRegion is not { Kind: ControlFlowRegionKind.TryAndCatch } whole)
            {
                continue;
            }

            foreach (var handler in whole.NestedRegions)
            {
                if (handler.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler)
                {
                    reach(handler.FirstBlockOrdinal, state);
                }
            }
        }
    }

    /// <summary>True where control can come back from the current block to itself.</summary>
    private bool IsInLoop()
    {
        if (block is null)
        {
            return false;
        }

        var seen = new HashSet<int>();
        var stack = new Stack<BasicBlock>();
        stack.Push(block);
        while (stack.Count > 0)
        {
            var b = stack.Pop();
            foreach (var next in new[] { b.FallThroughSuccessor?.Destination, b.ConditionalSuccessor?.Destination })
            {
                if (next is null)
                {
                    continue;
                }

                if (next.Ordinal == block.Ordinal)
                {
                    return true;
                }

                if (seen.Add(next.Ordinal))
                {
                    stack.Push(next);
                }
            }
        }

        return false;
    }

    private void Run(Callback callback, LambdaUse how)
    {
        switch (callback)
        {
            case LambdaCallback lambda:
                RunLambda(lambda, how);
                break;
            case MethodCallback group when how != LambdaUse.Later:
                ApplyCall(group.Operation, group.Method, isVirtualCall: true, static _ => (null, Value.Unknown));
                if (how == LambdaUse.PerElement)
                {
                    ApplyCall(group.Operation, group.Method, isVirtualCall: true, static _ => (null, Value.Unknown));
                }

                break;
            case ParameterCallback parameter when how != LambdaUse.Later:
                delegateRuns.Add(
                    new DelegateRun(
                        parameter.Ordinal,
                        state.Scopes > 0,
                        how == LambdaUse.PerElement || state.Ran.Contains(parameter.Ordinal)
                    )
                );
                state = state with { Ran = state.Ran.Add(parameter.Ordinal) };
                break;
        }
    }

    private void RunLambda(LambdaCallback lambda, LambdaUse how)
    {
        if (how != LambdaUse.Later)
        {
            ran.Add(lambda);
        }

        var declared = ConsistencyAnnotations.On(lambda.Operation.Symbol);
        if (lambdaDepth >= MaxLambdaDepth || declared == DeclaredConsistency.Eventual)
        {
            return;
        }

        var (outerGraph, outerState, outerBlock) = (graph, state, block);
        lambdaDepth++;
        try
        {
            graph = lambda.Scope.GetAnonymousFunctionControlFlowGraph(lambda.Operation, cancellation);
            switch (how)
            {
                case LambdaUse.Later:
                    // It runs at another time: nothing that holds here is known to hold there.
                    _ = TryRun(InSessionOf(lambda, declared, FlowState.Start), out _);
                    break;
                case LambdaUse.Once:
                    if (TryRun(outerState, out var after) && after is not null)
                    {
                        outerState = FlowState.Join(outerState, after);
                    }

                    break;
                case LambdaUse.PerElement:
                    for (var i = 0; i < MaxVisitsPerBlock; i++)
                    {
                        if (!TryRun(outerState, out var next) || next is null)
                        {
                            break;
                        }

                        var joined = FlowState.Join(outerState, next);
                        if (joined.Equals(outerState))
                        {
                            break;
                        }

                        outerState = joined;
                    }

                    break;
            }
        }
        finally
        {
            lambdaDepth--;
            (graph, state, block) = (outerGraph, outerState, outerBlock);
        }
    }

    /// <summary>A handler that declares its consistency, <c>app.MapGet("/", [Monotonic] (db) => ...)</c>, runs in the session that whoever calls it opens.</summary>
    private static FlowState InSessionOf(LambdaCallback lambda, DeclaredConsistency declared, FlowState start) =>
        declared == DeclaredConsistency.None
            ? start
            : start with
            {
                Session = new OpenSession(
                    lambda.Operation,
                    declared == DeclaredConsistency.Primary,
                    declared == DeclaredConsistency.Causal
                ),
            };

    /// <summary>A lambda kept in a local that nothing here runs counts for what is at fault inside it.</summary>
    private void RunHeldLambdas()
    {
        // One that runs may hold others of its own.
        var done = new HashSet<Callback>();
        while (held.FirstOrDefault(lambda => !ran.Contains(lambda) && !done.Contains(lambda)) is { } lambda)
        {
            done.Add(lambda);
            Run(lambda, LambdaUse.Later);
        }
    }
}
