using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Walks through a control-flow graph: it runs every block with the state that reaches it until nothing changes, the finally regions of
/// a branch each on its own.
/// </summary>
internal sealed class GraphWalk(FlowContext context, Evaluator evaluator, Conditions conditions)
{
    /// <summary>A body that has not settled after so many visits of each block is given up: no finding without proof.</summary>
    private const int MaxVisitsPerBlock = 64;

    /// <summary>What has been brought to the handlers from the state of the running block.</summary>
    private readonly HashSet<Thrown> _unwound = [];

    private FlowState? _unwoundState;

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
        _unwoundState = null;
        if (current.Kind == BasicBlockKind.Exit)
        {
            end = FlowState.Join(end, entry);
            return true;
        }

        foreach (var operation in current.Operations)
        {
            if (!TryRunStatement(operation, current, reach))
            {
                return false;
            }

            if (context.IsEnded)
            {
                return TryEnd(current, reach);
            }
        }

        if (current.BranchValue is { } value)
        {
            if (!TryRunStatement(value, current, reach))
            {
                return false;
            }

            if (context.IsEnded)
            {
                return TryEnd(current, reach);
            }
        }

        var result = context.State;
        if (current.FallThroughSuccessor is { Semantics: ControlFlowBranchSemantics.Throw or ControlFlowBranchSemantics.Rethrow } thrown)
        {
            return TryUnwind(
                result,
                current.EnclosingRegion,
                thrown.Semantics == ControlFlowBranchSemantics.Throw ? Throwers.Value(current.BranchValue) : Handlers.Caught(current),
                reach
            );
        }

        var taken = Taken(current);
        return (
                taken == false
                || TryFollow(current.ConditionalSuccessor, current, conditions.On(current, isConditional: true, result), reach, ref end)
            )
            && (
                taken == true
                || TryFollow(current.FallThroughSuccessor, current, conditions.On(current, isConditional: false, result), reach, ref end)
            );
    }

    /// <summary>
    /// An exception of a statement leaves the state before it to the handlers that can take it: a read that fails has answered nothing.
    /// What the compiler adds (the disposal at the end of a using) is taken not to throw, or each fallback in a catch would meet the read
    /// before it.
    /// </summary>
    private bool TryRunStatement(IOperation statement, BasicBlock current, Action<int, FlowState> reach)
    {
        var before = context.State;
        if (!Handlers.AreAround(current.EnclosingRegion))
        {
            evaluator.EvaluateStatement(statement);
            return true;
        }

        foreach (var thrown in Throwers.In(statement))
        {
            if (!TryUnwindOnce(before, current, thrown, reach))
            {
                return false;
            }
        }

        var sent = context.Sent;
        evaluator.EvaluateStatement(statement);
        if (sent == context.Sent && !Throwers.CallsOthers(statement))
        {
            return true;
        }

        return TryUnwindOnce(before, current, Thrown.ByDatabase, reach);
    }

    /// <summary>The same, from the middle of a block, whose statements often have one state.</summary>
    private bool TryUnwindOnce(FlowState state, BasicBlock current, Thrown thrown, Action<int, FlowState> reach)
    {
        if (!ReferenceEquals(_unwoundState, state))
        {
            _unwound.Clear();
        }

        _unwoundState = state;
        if (!_unwound.Add(thrown))
        {
            return true;
        }

        var (here, isEnded, endThrows) = (context.State, context.IsEnded, context.EndThrows);
        context.GoOn();
        var isSettled = TryUnwind(state, current.EnclosingRegion, thrown, reach);
        context.Enter(current, here);
        if (isEnded)
        {
            context.End(endThrows);
        }

        return isSettled;
    }

    /// <summary>After a call that does not come back.</summary>
    private bool TryEnd(BasicBlock current, Action<int, FlowState> reach)
    {
        context.GoOn();
        return !context.EndThrows || TryUnwind(context.State, current.EnclosingRegion, Thrown.Value(type: null, isExact: false), reach);
    }

    /// <summary>Brings an exception to the handlers around a region, and runs the finally regions that it leaves on the way.</summary>
    private bool TryUnwind(FlowState state, ControlFlowRegion? region, Thrown thrown, Action<int, FlowState> reach)
    {
        for (; Handlers.IsOfGraph(region); region = region.EnclosingRegion)
        {
            if (region is not { Kind: ControlFlowRegionKind.Try, EnclosingRegion: { } whole })
            {
                continue;
            }

            if (whole.Kind == ControlFlowRegionKind.TryAndFinally)
            {
                if (!thrown.IsExplicit && !Handlers.AreAround(whole))
                {
                    return true;
                }

                var last = whole.NestedRegions[whole.NestedRegions.Length - 1];
                if (!TryRunBlocks(last.FirstBlockOrdinal, last.LastBlockOrdinal, state, out var passed))
                {
                    return false;
                }

                if (passed is null)
                {
                    return true;
                }

                state = passed;
                continue;
            }

            if (Handlers.Of(whole, thrown, handler => reach(handler.FirstBlockOrdinal, state)))
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>Whether a constant condition takes the conditional branch; null where it is no constant.</summary>
    private static bool? Taken(BasicBlock current) =>
        current.ConditionKind != ControlFlowConditionKind.None
        && current.BranchValue?.ConstantValue is { HasValue: true, Value: bool constant }
            ? constant == (current.ConditionKind == ControlFlowConditionKind.WhenTrue)
            : null;

    private bool TryFollow(
        ControlFlowBranch? branch,
        BasicBlock current,
        FlowState result,
        Action<int, FlowState> reach,
        ref FlowState? end
    )
    {
        if (branch is null)
        {
            return true;
        }

        if (branch.Semantics == ControlFlowBranchSemantics.StructuredExceptionHandling)
        {
            if (Handlers.FilterAround(current) is { } refused)
            {
                return TryRefuse(refused, Handlers.Caught(current), result, reach);
            }

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

    /// <summary>A filter said no: the exception goes on to the handlers behind it.</summary>
    private bool TryRefuse(ControlFlowRegion filter, Thrown caught, FlowState state, Action<int, FlowState> reach) =>
        Handlers.Of(filter.EnclosingRegion!, caught, handler => reach(handler.FirstBlockOrdinal, state), filter)
        || TryUnwind(state, filter.EnclosingRegion!.EnclosingRegion, caught, reach);
}
