using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>Methods with a body: what their summary does at the call, whose arguments decide what its parameters leave open.</summary>
internal sealed class CalleeEffects(
    FlowContext context,
    KnownValues known,
    CommandSender sender,
    ICalleeSummaries callees,
    Dictionary<IMethodSymbol, MethodSummary> localFunctions,
    IGraphRunner runner
)
{
    private static readonly MethodSummary ReadOfRepository = new([new CallEffect { Texts = CallEffect.Read, ForRows = true }], []);

    /// <summary>Applies a call of which only the name is at hand: what depends on its arguments stays open.</summary>
    public void Apply(IOperation operation, IMethodSymbol called, bool isVirtualCall) =>
        Apply(new CalleeCall(operation, called, isVirtualCall, static _ => (null, Value.Unknown)));

    public void Apply(CalleeCall call)
    {
        var effects = EffectsOf(call);
        if (effects.Count > 0)
        {
            Apply(call, effects, context.State);
        }
    }

    /// <summary>Applies a part of what a call does.</summary>
    /// <param name="call">The call.</param>
    /// <param name="effects">The part.</param>
    /// <param name="before">What it is judged by.</param>
    public void Apply(CalleeCall call, IEnumerable<CallEffect> effects, FlowState before)
    {
        List<SentCommand> commands = [.. effects.Select(effect => Resolve(effect, call.Argument)).OfType<SentCommand>()];
        if (commands.Count > 0)
        {
            context.Trace?.Called(call);
            sender.Perform(SiteOf(call), before, commands);
        }
    }

    /// <summary>What the method called may do.</summary>
    public IReadOnlyList<CallEffect> EffectsOf(CalleeCall call)
    {
        var called = call.Method;
        if (SummaryOf(called, call.IsVirtual, runsDelegates: false) is not { Effects.IsEmpty: false } summary)
        {
            if (!context.Options.RepositoryConvention || !RepositoryConvention.IsRead(called) || callees.HasBody(called))
            {
                return [];
            }

            summary = ReadOfRepository;
        }

        // A property is read as a value. That somewhere behind it a context is brought up to date is no write of the piece of work
        // that asks for it.
        IReadOnlyList<CallEffect> effects =
            called.MethodKind == MethodKind.PropertyGet ? [.. summary.Effects.Where(static e => e.ForRows)] : summary.Effects;
        var named = KnownDetours.Of(called);
        return named == Detour.None ? effects : [.. effects.Select(e => named > e.Through ? e with { Through = named } : e)];
    }

    /// <summary>The state now, without what the call itself has done since.</summary>
    public FlowState WithoutSite(IOperation operation, FlowState before)
    {
        return context.State with
        {
            Observed = context.State.Observed.WithoutNewAt(operation, before.Observed),
            Wrote = context.State.Wrote.WithoutNewAt(operation, before.Wrote),
        };
    }

    private static Site SiteOf(CalleeCall call)
    {
        var called = call.Method;
        var name =
            called.MethodKind == MethodKind.Constructor
                ? "new " + called.ContainingType.Name
                : called.AssociatedSymbol?.Name ?? called.Name;
        return new Site(call.Operation, name, ThroughCall: true);
    }

    public MethodSummary SummaryOf(IMethodSymbol called, bool isVirtualCall, bool runsDelegates)
    {
        if (called.MethodKind != MethodKind.LocalFunction)
        {
            return callees.OfCall(called, isVirtualCall, runsDelegates);
        }

        var definition = called.OriginalDefinition;
        if (!localFunctions.TryGetValue(definition, out var summary))
        {
            // A recursive local function meets its own, still empty, summary.
            localFunctions[definition] = MethodSummary.Nothing;
            if (!IsInScope(definition))
            {
                return MethodSummary.Nothing;
            }

            summary = runner.Summarize(context.Graph.GetLocalFunctionControlFlowGraphInScope(definition, context.Cancellation), definition);
            localFunctions[definition] = summary;
        }

        return summary;
    }

    /// <summary>Null where the arguments rule the effect out.</summary>
    private SentCommand? Resolve(CallEffect effect, Func<int, (IOperation? Source, Value Value)> argument)
    {
        if (Remaining(effect.Guards, argument) is not { } guards)
        {
            return null;
        }

        var command = effect.Command is { } c ? known.CommandOf(argument(c).Value, effect.ForRows) : new SentCommand();
        var transaction = effect.Transaction is { } t ? argument(t) : default;
        return command with
        {
            Guards = guards,
            Through = effect.Through,
            Distance = effect.Distance,
            Texts = effect.Texts.IsEmpty ? command.Texts : Substituted(effect.Texts, argument),
            ForRows = effect.ForRows,
            OpensPerCommand = effect.OpensPerCommand,
            IsProcedure = effect.IsProcedure || command.IsProcedure,
            InTransaction =
                command.InTransaction || (effect.Transaction is not null && IsCertain(effect, transaction.Source, transaction.Value)),
            Transaction = transaction.Value?.Object ?? command.Transaction,
            OnPrimary = effect.OnPrimary || command.OnPrimary || (effect.Connection is { } o && known.IsPrimary(argument(o).Value)),
            Connection = effect.Connection is { } n ? argument(n).Value.Object : command.Connection,
        };
    }

    /// <summary>What the guards of an effect say of the body's own parameters; null where an argument does not pass.</summary>
    private Items<Guard>? Remaining(Items<Guard> guards, Func<int, (IOperation? Source, Value Value)> argument)
    {
        Items<Guard> remaining = [];
        foreach (var guard in guards)
        {
            var (isOpen, left) = (false, new List<Guard>());
            foreach (var alternative in guard.Alternatives())
            {
                var (may, handedOn) = AtCall(alternative, argument);
                isOpen |= may && handedOn is null;
                if (handedOn is not null)
                {
                    left.Add(handedOn);
                }
            }

            if (!isOpen)
            {
                if (left.Count == 0)
                {
                    return null;
                }

                remaining = Guard.With(remaining, Guard.Any(left));
            }
        }

        return remaining;
    }

    /// <summary>Whether an argument may pass a guard, and what that asks of the body's own parameter, where the argument is one.</summary>
    private (bool May, Guard? HandedOn) AtCall(Guard guard, Func<int, (IOperation? Source, Value Value)> argument)
    {
        var (source, value) = argument(guard.Parameter);
        if (Conditions.ConstantOf(source) is { HasValue: true } constant)
        {
            return (guard.Admits(constant.Value) != false, null);
        }

        if (source is null || (value.Parameter ?? known.ParameterOf(source)) is not { } own)
        {
            return (true, null);
        }

        var handedOn = guard with { Parameter = own };
        var isRuledOut = context.State.Guards.Any(g => g.Others.IsEmpty && g.Parameter == own && !g.MayMeet(handedOn));
        return (!isRuledOut, isRuledOut ? null : handedOn);
    }

    private bool IsCertain(CallEffect effect, IOperation? source, Value value) =>
        known.IsCertainTransaction(source, value) || (effect.IsCertainTransaction && source is not null && !value.MayBeNull);

    /// <summary>The texts with what the arguments hand over in the place of parameters.</summary>
    private static Items<string> Substituted(Items<string> texts, Func<int, (IOperation? Source, Value Value)> argument) =>
        texts.Any(SqlText.HasParameters) ? [.. texts.SelectMany(text => Substituted(text, argument)).Distinct()] : texts;

    private static IEnumerable<string> Substituted(string text, Func<int, (IOperation? Source, Value Value)> argument) =>
        SqlText.Substitute(
            text,
            ordinal => argument(ordinal).Value.Texts is { IsEmpty: false } handed ? (IEnumerable<string>)handed : [SqlText.Unknown]
        );

    /// <summary>In broken code a local function may be called from where its graph is out of reach.</summary>
    private bool IsInScope(IMethodSymbol localFunction)
    {
        for (var scope = context.Graph; scope is not null; scope = scope.Parent)
        {
            if (scope.LocalFunctions.Contains(localFunction, SymbolEqualityComparer.Default))
            {
                return true;
            }
        }

        return false;
    }
}
