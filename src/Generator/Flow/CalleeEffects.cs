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
        Apply(operation, called, isVirtualCall, static _ => (null, Value.Unknown));

    /// <param name="operation">The call.</param>
    /// <param name="called">What it calls.</param>
    /// <param name="isVirtualCall">False for a call of a base member.</param>
    /// <param name="argument">The argument for a parameter.</param>
    public void Apply(IOperation operation, IMethodSymbol called, bool isVirtualCall, Func<int, (IOperation? Source, Value Value)> argument)
    {
        if (SummaryOf(called, isVirtualCall, runsDelegates: false) is not { Effects.IsEmpty: false } summary)
        {
            if (!context.Options.RepositoryConvention || !RepositoryConvention.IsRead(called) || callees.HasBody(called))
            {
                return;
            }

            summary = ReadOfRepository;
        }

        var name =
            called.MethodKind == MethodKind.Constructor
                ? "new " + called.ContainingType.Name
                : called.AssociatedSymbol?.Name ?? called.Name;

        // A property is read as a value. That somewhere behind it a context is brought up to date is no write of the piece of work
        // that asks for it.
        var effects = called.MethodKind == MethodKind.PropertyGet ? summary.Effects.Where(static e => e.ForRows) : summary.Effects;
        var named = KnownDetours.Of(called);
        sender.Perform(
            new Site(operation, name, ThroughCall: true),
            [.. effects.Select(effect => Resolve(named > effect.Through ? effect with { Through = named } : effect, argument))]
        );
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

    private SentCommand Resolve(CallEffect effect, Func<int, (IOperation? Source, Value Value)> argument)
    {
        var command = effect.Command is { } c ? known.CommandOf(argument(c).Value, effect.ForRows) : new SentCommand();
        var transaction = effect.Transaction is { } t ? argument(t) : default;
        return command with
        {
            Through = effect.Through,
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

    private bool IsCertain(CallEffect effect, IOperation? source, Value value) =>
        known.IsCertainTransaction(source, value) || (effect.IsCertainTransaction && source is not null && !value.MayBeNull);

    /// <summary>The texts with what the arguments hand over in the place of parameters.</summary>
    private static Items<string> Substituted(Items<string> texts, Func<int, (IOperation? Source, Value Value)> argument)
    {
        return [.. texts.SelectMany(text => SqlText.Substitute(text, TextsOf)).Distinct()];

        IEnumerable<string> TextsOf(int ordinal) => argument(ordinal).Value.Texts is { IsEmpty: false } handed ? handed : [SqlText.Unknown];
    }

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
