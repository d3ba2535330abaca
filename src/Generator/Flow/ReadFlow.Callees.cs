using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>Methods with a body: what their summary does at the call, and how often they run the delegates that they are handed.</summary>
internal sealed partial class ReadFlow
{
    private static readonly MethodSummary ReadOfRepository = new([new CallEffect { Texts = CallEffect.Read, ForRows = true }], []);

    private int? OrdinalOf(object? identity) =>
        identity is IParameterSymbol parameter && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method)
            ? parameter.Ordinal
            : null;

    /// <summary>Applies what a call of a method with a body does; the arguments decide what its parameters leave open.</summary>
    private void ApplyCall(
        IOperation operation,
        IMethodSymbol called,
        bool isVirtualCall,
        Func<int, (IOperation? Source, Value Value)> argument
    )
    {
        if (SummaryOf(called, isVirtualCall, runsDelegates: false) is not { Effects.IsEmpty: false } summary)
        {
            if (!options.RepositoryConvention || !RepositoryConvention.IsRead(called) || calls.HasBody(called))
            {
                return;
            }

            summary = ReadOfRepository;
        }

        var name =
            called.MethodKind == MethodKind.Constructor
                ? "new " + called.ContainingType.Name
                : called.AssociatedSymbol?.Name ?? called.Name;
        // A property is read as a value. That somewhere behind it a context is brought up to date is no write of the piece of work that asks for it.
        var effects = called.MethodKind == MethodKind.PropertyGet ? summary.Effects.Where(static e => e.ForRows) : summary.Effects;
        Perform(new Site(operation, name, ThroughCall: true), [.. effects.Select(effect => Resolve(effect, argument))]);
    }

    private SentCommand Resolve(CallEffect effect, Func<int, (IOperation? Source, Value Value)> argument)
    {
        var command = effect.Command is { } c ? OfCommand(argument(c).Value, effect.ForRows) : new SentCommand();
        var transaction = effect.Transaction is { } t ? argument(t) : default;
        return command with
        {
            Distance = effect.Distance + 1,
            Texts = effect.Texts.IsEmpty
                ? command.Texts
                :
                [
                    .. effect
                        .Texts.SelectMany(text =>
                            SqlText.Substitute(
                                text,
                                ordinal => argument(ordinal).Value.Texts is { IsEmpty: false } texts ? texts : [SqlText.Unknown]
                            )
                        )
                        .Distinct(),
                ],
            ForRows = effect.ForRows,
            OpensPerCommand = effect.OpensPerCommand,
            IsProcedure = effect.IsProcedure || command.IsProcedure,
            InTransaction =
                command.InTransaction
                || (
                    effect.Transaction is not null
                    && (
                        IsCertainTransaction(transaction.Source, transaction.Value)
                        || (effect.IsCertainTransaction && transaction is { Source: not null, Value.MayBeNull: false })
                    )
                ),
            Transaction = transaction.Value?.Object ?? command.Transaction,
            OnPrimary = effect.OnPrimary || command.OnPrimary || (effect.Connection is { } o && IsPrimary(argument(o).Value)),
            Connection = effect.Connection is { } n ? argument(n).Value.Object : command.Connection,
        };
    }

    private MethodSummary SummaryOf(IMethodSymbol called, bool isVirtualCall, bool runsDelegates)
    {
        if (called.MethodKind != MethodKind.LocalFunction)
        {
            return calls.OfCall(called, isVirtualCall, runsDelegates);
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

            var local = graph.GetLocalFunctionControlFlowGraphInScope(definition, cancellation);
            summary = new ReadFlow(local, definition, model, libraries, options, calls, localFunctions, cancellation).Analyze().Summary;
            localFunctions[definition] = summary;
        }

        return summary;
    }

    /// <summary>In broken code a local function may be called from where its graph is out of reach.</summary>
    private bool IsInScope(IMethodSymbol localFunction)
    {
        for (var scope = graph; scope is not null; scope = scope.Parent)
        {
            if (scope.LocalFunctions.Contains(localFunction, SymbolEqualityComparer.Default))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Runs the delegates among the arguments as often as the method called runs them.</summary>
    private void RunDelegates(IInvocationOperation invocation, Value[] arguments)
    {
        if (arguments.All(a => a.Callbacks.IsEmpty))
        {
            return;
        }

        var called = invocation.TargetMethod;
        var summary = SummaryOf(called, invocation.IsVirtual, runsDelegates: true);
        var isVisible = !called.OriginalDefinition.IsAbstract && called.OriginalDefinition.DeclaringSyntaxReferences.Length > 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Callbacks.IsEmpty)
            {
                continue;
            }

            var runs = summary.Delegates.Where(d => d.Parameter == invocation.Arguments[i].Parameter?.Ordinal).ToList();
            var how =
                runs.Count > 0 ? (runs.Any(r => r.Repeatedly) ? LambdaUse.PerElement : LambdaUse.Once)
                : isVisible ? LambdaUse.Later
                : LambdaArguments.Use(called);
            var scopes = state.Scopes;
            if (runs.Count > 0 && runs.All(r => r.InTransaction))
            {
                Retire(ScopeUnit);
                state = state with { Scopes = scopes + 1 };
            }

            foreach (var callback in arguments[i].Callbacks)
            {
                Run(callback, how);
            }

            state = state with { Scopes = scopes };
        }
    }
}
