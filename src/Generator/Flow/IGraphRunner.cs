using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>What a call inside a body asks of the walk through it: lambdas and local functions have graphs of their own.</summary>
internal interface IGraphRunner
{
    /// <summary>
    /// Runs the whole current graph; the state at its exit, or null where the end is never reached. False where it has not settled.
    /// </summary>
    bool TryRun(FlowState entry, out FlowState? exit);

    /// <summary>What a local function does, as its caller needs to know it.</summary>
    MethodSummary Summarize(ControlFlowGraph graph, IMethodSymbol localFunction);
}
