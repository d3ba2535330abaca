using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Calls that are handed delegates: what the method does before it runs one, what the delegate does, and what the method does afterwards,
/// in that order.
/// </summary>
internal sealed class DelegatingCalls(FlowContext context, CalleeEffects callees, CallbackRunner callbacks)
{
    public void Run(IInvocationOperation invocation, Value[] arguments)
    {
        var call = new CalleeCall(
            invocation,
            UnnamedCalls.BehindInterface(invocation) ?? invocation.TargetMethod,
            invocation.IsVirtual,
            ordinal => Arguments.At(invocation.Arguments, arguments, ordinal)
        );
        if (Array.TrueForAll(arguments, static a => a.Callbacks.IsEmpty))
        {
            callees.Apply(call);
            return;
        }

        var runs = callees.SummaryOf(call.Method, call.IsVirtual, runsDelegates: true).Delegates;
        var effects = callees.EffectsOf(call);
        var before = context.State;
        callbacks.RunArguments(invocation, arguments, runs, static runs => runs.Count == 0);
        if (effects.Count == 0 && runs.IsEmpty)
        {
            return;
        }

        // What the method does without having run any delegate is judged by what came before the call, whenever that was.
        var (precedesReads, precedesWrites) = (runs.Any(static r => r.AfterReads), runs.Any(static r => r.AfterWrites));
        callees.Apply(call, effects.Where(e => e.AfterDelegates == 0 && (e.ForRows ? precedesReads : precedesWrites)), before);
        foreach (
            var after in effects.Select(static e => e.AfterDelegates).Concat(runs.Select(static r => r.After)).Distinct().OrderBy(Bits)
        )
        {
            if (after != 0)
            {
                callees.Apply(call, effects.Where(e => e.AfterDelegates == after), callees.WithoutSite(call.Operation, before));
            }

            callbacks.RunArguments(invocation, arguments, runs, own => BeginsAfter(own, after), ExcludeEachOther(runs, after));
        }

        callees.Apply(call, effects.Where(e => e.AfterDelegates == 0 && !(e.ForRows ? precedesReads : precedesWrites)), before);
    }

    private static bool BeginsAfter(List<DelegateRun> own, ulong after) =>
        own.Count > 0 && own.OrderBy(static r => Bits(r.After)).First().After == after;

    /// <summary>True where no path of the method runs two of the delegates that begin so.</summary>
    private static bool ExcludeEachOther(Items<DelegateRun> runs, ulong after)
    {
        var group = runs.GroupBy(static r => r.Parameter).Where(own => BeginsAfter([.. own], after)).ToList();
        var all = group.Aggregate(0ul, static (mask, own) => mask | FlowContext.BitOf(own.Key));
        return group.TrueForAll(own => own.All(r => (r.After & all & ~FlowContext.BitOf(own.Key)) == 0));
    }

    private static int Bits(ulong mask)
    {
        var count = 0;
        for (; mask != 0; mask &= mask - 1)
        {
            count++;
        }

        return count;
    }
}
