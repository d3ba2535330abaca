using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>What a method has begun around a delegate that it runs: transactions, and a read session.</summary>
/// <param name="Fields">The contexts and connections of the object's own that have a transaction.</param>
/// <param name="Parameters">Those among the method's parameters, by ordinal.</param>
/// <param name="Handed">Those among what it hands to the delegate, by position.</param>
/// <param name="Session">The session; null for none.</param>
internal sealed record Surroundings(Items<ISymbol> Fields, Items<int> Parameters, Items<int> Handed, OpenSession? Session)
{
    /// <summary>What is open where a delegate is run; null where that is nothing.</summary>
    public static Surroundings? At(IOperation? place, FlowContext context, KnownValues known)
    {
        Items<ISymbol> transacting =
        [
            .. context.State.Objects.Entries.Where(static o => o.Value.HasTransaction).Select(static o => o.Key).OfType<ISymbol>(),
        ];
        Items<int> handed = place is IInvocationOperation { TargetMethod.MethodKind: MethodKind.DelegateInvoke } run
            ?
            [
                .. run
                    .Arguments.Where(a => known.Of(a.Value).Object is { } given && context[given].HasTransaction)
                    .Select(static a => a.Parameter?.Ordinal ?? 0),
            ]
            : [];
        return transacting.IsEmpty && handed.IsEmpty && context.State.Session is null
            ? null
            : new Surroundings(
                [.. transacting.Where(s => s is not ILocalSymbol && context.OrdinalOf(s) is null)],
                [.. transacting.Select(s => context.OrdinalOf(s)).OfType<int>()],
                handed,
                context.State.Session
            );
    }

    /// <summary>What is open at each of several runs of one delegate.</summary>
    public static Surroundings? Common(IReadOnlyList<DelegateRun> runs)
    {
        var common = runs.Count == 0 ? null : runs[0].Around;
        foreach (var run in runs.Skip(1))
        {
            common =
                common is null || run.Around is not { } other
                    ? null
                    : new Surroundings(
                        [.. common.Fields.Where(other.Fields.Contains)],
                        [.. common.Parameters.Where(other.Parameters.Contains)],
                        [.. common.Handed.Where(other.Handed.Contains)],
                        Equals(common.Session, other.Session) ? common.Session : null
                    );
        }

        return common;
    }

    /// <summary>Opens it for a delegate that a call hands over.</summary>
    /// <returns>The connections and contexts on which a transaction counts as begun only for the delegate, and what closes them.</returns>
    public IReadOnlyList<object> Enter(IInvocationOperation call, Value[] arguments, Items<Callback> delegates, FlowContext context)
    {
        var begun = new List<object>();
        if (call.Instance is null or IInstanceReferenceOperation)
        {
            begun.AddRange(Fields);
        }

        begun.AddRange(Parameters.SelectMany(p => Arguments.At(call.Arguments, arguments, p).Value.Objects));
        foreach (var lambda in delegates.OfType<LambdaCallback>())
        {
            var parameters = lambda.Operation.Symbol.Parameters;
            begun.AddRange(Handed.Where(h => h < parameters.Length).Select(h => parameters[h]));
        }

        begun.RemoveAll(o => context[o].HasTransaction);
        begun.ForEach(o => context.SetTransaction(o, hasTransaction: true));
        if (Session is not null && context.State.Session is null)
        {
            // Each call begins another.
            context.Retire(call);
            context.SetSession(Session with { Identity = call });
        }

        return begun;
    }
}
