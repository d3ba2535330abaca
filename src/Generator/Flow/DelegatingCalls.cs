using Microsoft.CodeAnalysis.Operations;

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

            callbacks.RunArguments(
                invocation,
                arguments,
                runs,
                own => own.Count > 0 && own.OrderBy(static r => Bits(r.After)).First().After == after
            );
        }

        callees.Apply(call, effects.Where(e => e.AfterDelegates == 0 && !(e.ForRows ? precedesReads : precedesWrites)), before);
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
