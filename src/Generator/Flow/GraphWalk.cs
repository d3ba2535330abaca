using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Walks through a control-flow graph: it runs every block with the state that reaches it until nothing changes, the finally regions of
/// a branch each on its own.
/// </summary>
internal sealed class GraphWalk(FlowContext context, Evaluator evaluator)
{
    /// <summary>A body that has not settled after so many visits of each block is given up: no finding without proof.</summary>
    private const int MaxVisitsPerBlock = 64;

    /// <summary>Runs the whole current graph; the state at its exit, or null where the end is never reached.</summary>
    public bool TryRun(FlowState entry, out FlowState? exit) => TryRunBlocks(0, context.Graph.Blocks.Length - 1, entry, out exit);

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
            context.Cancellation.ThrowIfCancellationRequested();
            var ordinal = pending.Min;
            pending.Remove(ordinal);
            if (
                ++visits[ordinal - first] > MaxVisitsPerBlock
                || !TryRunBlock(context.Graph.Blocks[ordinal], states[ordinal - first]!, Reach, ref end)
            )
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
        context.Enter(current, entry);
        if (current.Kind == BasicBlockKind.Exit)
        {
            end = FlowState.Join(end, entry);
            return true;
        }

        FlowState? handled = null;
        foreach (var operation in current.Operations)
        {
            if (!ReferenceEquals(handled, context.State))
            {
                handled = context.State;
                ReachHandlers(operation, current, reach);
            }

            evaluator.EvaluateStatement(operation);
        }

        if (current.BranchValue is { } value)
        {
            ReachHandlers(value, current, reach);
            evaluator.EvaluateStatement(value);
        }

        var result = context.State;
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
                    reach(handler.FirstBlockOrdinal, context.State);
                }
            }
        }
    }
}
