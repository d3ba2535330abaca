using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls: what a library member does to the path, which unit it runs in, and how often a lambda argument runs.</summary>
internal sealed partial class ReadFlow
{
    private const string ScopeUnit = "transaction scope";

    private Value EvaluateInvocation(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        var receiver = Evaluate(invocation.Instance);
        var arguments = new Value[invocation.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(invocation.Arguments[i].Value);
        }

        if (libraries.Describe(method) is { } member)
        {
            return Apply(invocation, member, receiver, arguments);
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            foreach (var lambda in receiver.Callbacks)
            {
                Run(lambda, LambdaUse.Once);
            }
        }

        if (KnownTypes.IsExactly(method.ContainingType, types.ReadSession) && method.Name == "Begin")
        {
            return BeginSession(invocation);
        }

        if (method.Name is "Dispose" or "DisposeAsync" && receiver.Object is { } disposed)
        {
            Dispose(disposed);
            return Value.Unknown;
        }

        RunDelegates(invocation, arguments);
        ApplyCall(invocation, method, isVirtualCall: invocation.IsVirtual, ordinal => ArgumentAt(invocation.Arguments, arguments, ordinal));
        if (WorkBoundaries.Separates(method) && IsInLoop())
        {
            state = state with { Observed = ImmutableHashSet<Access>.Empty, Wrote = ImmutableHashSet<Access>.Empty, Ran = ImmutableHashSet<int>.Empty };
        }

        return EvaluateKnownResult(invocation, receiver, arguments);
    }

    /// <summary>The values of calls that pass a text, a connection or a task through.</summary>
    private Value EvaluateKnownResult(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var method = invocation.TargetMethod;
        if (method.ContainingType?.SpecialType == SpecialType.System_String)
        {
            return TextCalls.Evaluate(method, receiver, arguments);
        }

        if (KnownTypes.IsExactly(method.ContainingType, types.StringBuilder))
        {
            return EvaluateBuilder(method, receiver, arguments);
        }

        switch (method.Name)
        {
            case "ConfigureAwait" or "AsTask" or "GetAwaiter" or "GetResult" or "Preserve" or "Unwrap":
                return invocation.Instance is not null ? receiver : arguments.Length > 0 ? arguments[0] : Value.Unknown;
            case "FromResult" when arguments.Length == 1:
                return arguments[0];
        }

        // A connection that a factory hands out: a new one at each call, open as far as anyone can tell.
        return types.IsConnection(Unwrapped(invocation.Type)) ? Create(invocation, TrackedObject.Default) : Value.Unknown;
    }

    private static ITypeSymbol? Unwrapped(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments: [var result] } ? result : type;

    private Value EvaluateBuilder(IMethodSymbol method, Value receiver, Value[] arguments)
    {
        switch (method.Name)
        {
            case "ToString" when receiver.Object is { } builder:
                return Value.Unknown.WithTexts(state[builder].Texts);
            case "Append" or "AppendLine" or "AppendFormat" or "AppendJoin":
                foreach (var builder in receiver.Objects)
                {
                    var tracked = state[builder];
                    var appended = arguments.Length == 0 ? ["\n"] : method.Name == "AppendFormat" ? TextCalls.Format(arguments[0].Texts) : method.Name == "AppendJoin" ? [] : arguments[0].Texts;
                    Update(builder, tracked with { Texts = Value.Concat(tracked.Texts, appended) });
                }

                return receiver;
            case "Clear":
                foreach (var builder in receiver.Objects)
                {
                    Update(builder, state[builder] with { Texts = [string.Empty] });
                }

                return receiver;
            default:
                return receiver;
        }
    }

    private Value EvaluateCreation(IObjectCreationOperation creation)
    {
        var type = creation.Type;
        var arguments = new Value[creation.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(creation.Arguments[i].Value);
            RunLater(arguments[i]);
        }

        if (types.IsConnection(type))
        {
            return Create(creation, new TrackedObject { IsClosed = true });
        }

        if (types.IsCommand(type))
        {
            return Create(creation, NewCommand(creation, arguments));
        }

        if (KnownTypes.IsExactly(type, types.DapperCommandDefinition))
        {
            var text = Argument(creation.Arguments, arguments, "commandText");
            var transaction = Argument(creation.Arguments, arguments, "transaction");
            var commandType = Argument(creation.Arguments, arguments, "commandType");
            return Create(creation, new TrackedObject
            {
                Texts = text.Value.Texts,
                InTransaction = IsCertainTransaction(transaction.Source, transaction.Value),
                Transaction = transaction.Value.Object,
                IsProcedure = IsStoredProcedure(commandType.Source),
            });
        }

        if (KnownTypes.IsExactly(type, types.StringBuilder))
        {
            var start = creation.Arguments.Length > 0 && creation.Arguments[0].Parameter?.Type.SpecialType == SpecialType.System_String ? arguments[0].Texts : [string.Empty];
            return Create(creation, new TrackedObject { Texts = start });
        }

        if (types.TransactionScope is not null && KnownTypes.IsExactly(type, types.TransactionScope))
        {
            // TransactionScopeOption.Suppress, 2, opens a scope in which nothing takes part.
            var suppressed = creation.Arguments.Any(a => a.Value.ConstantValue is { HasValue: true, Value: 2 } && a.Parameter?.Type.Name == "TransactionScopeOption");
            if (!suppressed)
            {
                Retire(ScopeUnit);
                state = state with { Scopes = state.Scopes + 1 };
            }

            return Create(creation, new TrackedObject { IsScope = !suppressed });
        }

        if (creation.Initializer is not null)
        {
            Evaluate(creation.Initializer);
        }

        if (creation.Constructor is { } constructor)
        {
            ApplyCall(creation, constructor, isVirtualCall: false, ordinal => ArgumentAt(creation.Arguments, arguments, ordinal));
        }

        return Value.Unknown;
    }

    private TrackedObject NewCommand(IObjectCreationOperation creation, Value[] arguments)
    {
        var command = new TrackedObject { Texts = [string.Empty] };
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = creation.Arguments[i].Parameter?.Type;
            if (parameter?.SpecialType == SpecialType.System_String)
            {
                command = command with { Texts = arguments[i].Texts };
            }
            else if (types.IsConnection(parameter))
            {
                command = command with { Connection = arguments[i].Object };
            }
            else if (types.IsTransaction(parameter))
            {
                command = command with { InTransaction = IsCertainTransaction(creation.Arguments[i].Value, arguments[i]), Transaction = arguments[i].Object };
            }
        }

        return command;
    }

    private Value BeginSession(IInvocationOperation invocation)
    {
        // A session inside a session joins it.
        if (state.Session is not null)
        {
            return Create(invocation, TrackedObject.Default);
        }

        var level = invocation.Arguments.FirstOrDefault(a => a.Parameter?.Ordinal == 0)?.Value;
        var name = (level as IFieldReferenceOperation)?.Field.Name;
        var session = Create(invocation, new TrackedObject { IsSession = true });
        state = state with { Session = invocation, SessionOnPrimary = name == "Primary", SessionSeesWrites = name is "Primary" or "Causal" };
        return session;
    }

    private void Dispose(object disposed)
    {
        var tracked = state[disposed];
        if (tracked.IsScope)
        {
            Update(disposed, tracked with { IsScope = false });
            state = state with { Scopes = Math.Max(0, state.Scopes - 1) };
        }
        else if (tracked.IsSession && Equals(state.Session, disposed))
        {
            Update(disposed, tracked with { IsSession = false });
            state = state with { Session = null, SessionOnPrimary = false, SessionSeesWrites = false };
        }
    }

    private Value Apply(IInvocationOperation invocation, DataMember member, Value receiver, Value[] arguments)
    {
        var target = invocation.Instance is not null ? receiver : arguments.Length > 0 ? arguments[0] : Value.Unknown;
        var targetType = invocation.Instance?.Type ?? (invocation.Arguments.Length > 0 ? Unconverted(invocation.Arguments[0].Value).Type : null);
        if (DataLibraries.IsLocal(targetType))
        {
            return Value.Unknown;
        }

        foreach (var argument in arguments)
        {
            // Row mappers run over what one round trip brought back.
            foreach (var lambda in argument.Callbacks)
            {
                Run(lambda, LambdaUse.PerElement);
            }
        }

        switch (member.Role)
        {
            case DataRole.SendsForRows or DataRole.SendsForCount:
                Send(invocation, member, target, arguments);
                return Value.Unknown;
            case DataRole.OpensConnection:
                ForEach(target, connection =>
                {
                    Retire(connection);
                    Update(connection, state[connection] with { IsClosed = false, HasTransaction = false, OpenedOutsideScope = state.Scopes == 0 });
                });
                return Value.Unknown;
            case DataRole.ClosesConnection:
                ForEach(target, connection => Update(connection, state[connection] with { IsClosed = true, HasTransaction = false }));
                return Value.Unknown;
            case DataRole.BeginsTransaction:
                ForEach(target, connection => Update(connection, state[connection] with { HasTransaction = true }));
                return Create(invocation, new TrackedObject { IsTransaction = true, Connection = target.Object });
            case DataRole.EndsTransaction:
                ForEach(target, transaction =>
                {
                    if (state[transaction].Connection is { } connection)
                    {
                        Update(connection, state[connection] with { HasTransaction = false });
                    }
                });
                return Value.Unknown;
            case DataRole.CreatesClosedConnection:
                return Create(invocation, new TrackedObject { IsClosed = true, OnPrimary = IsPrimary(target) });
            case DataRole.CreatesOpenConnection:
                return Create(invocation, new TrackedObject { OnPrimary = IsPrimary(target), OpenedOutsideScope = state.Scopes == 0 });
            case DataRole.CreatesCommand:
                var texts = member.TextParameter is null ? [string.Empty] : Argument(invocation.Arguments, arguments, member.TextParameter).Value.Texts;
                return Create(invocation, new TrackedObject { Texts = texts, Connection = types.IsConnection(targetType) ? target.Object : null, OnPrimary = IsPrimary(target) });
            default:
                return Value.Unknown;
        }
    }

    private void Send(IInvocationOperation invocation, DataMember member, Value target, Value[] arguments)
    {
        var site = new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false);
        var forRows = member.Role == DataRole.SendsForRows;
        if (member.TextParameter is null)
        {
            var command = OfCommand(target, forRows);
            Perform(site, [command.Texts.All(t => t == SqlText.Unknown) && IsNamedAfterWrite() ? command with { Texts = CallEffect.Write } : command]);
            return;
        }

        var text = Argument(invocation.Arguments, arguments, member.TextParameter);
        if (text.Value.Object is { } definition && !types.IsConnection(text.Source?.Type))
        {
            Perform(site, [OfCommand(text.Value, forRows) with { Command = null, Connection = target.Object, OnPrimary = IsPrimary(target) }]);
            return;
        }

        var transaction = member.TransactionParameter is null ? default : Argument(invocation.Arguments, arguments, member.TransactionParameter);
        Perform(site, [new SentCommand
        {
            Texts = text.Value.Texts,
            ForRows = forRows,
            IsProcedure = member.CommandTypeParameter is not null && IsStoredProcedure(Argument(invocation.Arguments, arguments, member.CommandTypeParameter).Source),
            InTransaction = member.TransactionParameter is not null && IsCertainTransaction(transaction.Source, transaction.Value),
            Transaction = transaction.Value?.Object,
            OnPrimary = IsPrimary(target),
            Connection = target.Object,
        }]);
    }

    /// <summary>Where the text was set elsewhere, the name of the wrapper around it (<c>InsertQuery</c>) says what is sent.</summary>
    private bool IsNamedAfterWrite() => method is not null && ProcedureNames.Classify(method.Name) == SqlEffect.Write;

    private SentCommand OfCommand(Value command, bool forRows)
    {
        var objects = command.Objects;
        var single = command.Object is { } identity ? state[identity] : TrackedObject.Default;
        return new SentCommand
        {
            Texts = objects.IsEmpty ? [] : objects.Select(c => state[c].Texts).Aggregate(Value.JoinTexts),
            ForRows = forRows,
            IsProcedure = !objects.IsEmpty && objects.All(c => state[c].IsProcedure),
            InTransaction = !objects.IsEmpty && objects.All(c => state[c].InTransaction),
            Transaction = single.Transaction,
            OnPrimary = IsPrimary(command),
            Connection = single.Connection,
            Command = command.Object,
        };
    }

    /// <summary>A command as it is sent at one site, its parts resolved as far as the body shows them.</summary>
    private sealed record SentCommand
    {
        /// <summary>How many calls lie between the site and the statement.</summary>
        public int Distance { get; init; }

        public Items<string> Texts { get; init; } = [];

        public bool ForRows { get; init; }

        public bool IsProcedure { get; init; }

        public bool InTransaction { get; init; }

        public object? Transaction { get; init; }

        public bool OnPrimary { get; init; }

        public object? Connection { get; init; }

        public object? Command { get; init; }
    }

    /// <summary>
    /// What one site does, be it one statement or one call. Everything in it is judged against what came before the site: what meets
    /// inside a callee is reported there.
    /// </summary>
    private void Perform(Site site, IEnumerable<SentCommand> commands)
    {
        var before = state;
        foreach (var command in commands)
        {
            var does = CommandEffects.Of(command.Texts, command.IsProcedure, command.ForRows);
            if (command.Connection is { } connection && (does.Begins || does.Ends))
            {
                Update(connection, state[connection] with { HasTransaction = does.Begins && !does.Ends });
            }

            if (!does.ReplicaRead && !does.PrimaryRead && !does.Writes)
            {
                continue;
            }

            var (unit, primary) = UnitOf(command.Connection, command.Command, command.InTransaction, command.OnPrimary);
            Export(command, does);
            if (does.ReplicaRead || does.PrimaryRead)
            {
                ApplyRead(site, unit, primary || !does.ReplicaRead, before);
            }

            if (does.Writes)
            {
                // A session holds reads; what is written in it goes to the primary all the same.
                state = state with { Wrote = state.Wrote.Add(new Access(site, Equals(unit, state.Session) ? null : unit, IsCurrent: true, primary)) };
            }
        }
    }

    /// <summary>Notes for callers what was sent: resolved where the body shows it, in terms of parameters where it does not.</summary>
    private void Export(SentCommand command, CommandEffects does)
    {
        // A transaction that the caller hands over pins as far as the caller's argument does.
        var transaction = OrdinalOf(command.Transaction);
        var onPrimary = UnitOf(command.Connection, command.Command, command.InTransaction && transaction is null, command.OnPrimary).OnPrimary;
        var pinned = new CallEffect
        {
            OnPrimary = onPrimary,
            Transaction = transaction,
            IsCertainTransaction = transaction is not null && command.InTransaction,
            Connection = OrdinalOf(command.Connection),
            Command = OrdinalOf(command.Command),
        };
        if (command.Texts.Any(SqlText.HasParameters) || (pinned.Command is not null && command.Texts.IsEmpty))
        {
            Note(pinned with { Texts = command.Texts, ForRows = command.ForRows, IsProcedure = command.IsProcedure });
            return;
        }

        if (does.ReplicaRead || does.PrimaryRead)
        {
            Note(pinned with { Texts = CallEffect.Read, ForRows = true, OnPrimary = onPrimary || !does.ReplicaRead });
        }

        if (does.Writes)
        {
            Note(pinned with { Texts = CallEffect.Write });
        }

        void Note(CallEffect effect)
        {
            if (command.Distance <= CallEffect.MaxDistance && (!effects.TryGetValue(effect, out var known) || command.Distance < known))
            {
                effects[effect] = command.Distance;
            }
        }
    }

    private int? OrdinalOf(object? identity) =>
        identity is IParameterSymbol parameter && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method) ? parameter.Ordinal : null;

    /// <summary>Applies what a call of a method with a body does; the arguments decide what its parameters leave open.</summary>
    private void ApplyCall(IOperation operation, IMethodSymbol called, bool isVirtualCall, Func<int, (IOperation? Source, Value Value)> argument)
    {
        if (SummaryOf(called, isVirtualCall, runsDelegates: false) is not { Effects.IsEmpty: false } summary)
        {
            return;
        }

        var name = called.MethodKind == MethodKind.Constructor ? "new " + called.ContainingType.Name : called.AssociatedSymbol?.Name ?? called.Name;
        Perform(new Site(operation, name, ThroughCall: true), [.. summary.Effects.Select(effect => Resolve(effect, argument))]);
    }

    private SentCommand Resolve(CallEffect effect, Func<int, (IOperation? Source, Value Value)> argument)
    {
        var command = effect.Command is { } c ? OfCommand(argument(c).Value, effect.ForRows) : new SentCommand();
        var transaction = effect.Transaction is { } t ? argument(t) : default;
        return command with
        {
            Distance = effect.Distance + 1,
            Texts = effect.Texts.IsEmpty ? command.Texts : [.. effect.Texts.SelectMany(text => SqlText.Substitute(text, ordinal => argument(ordinal).Value.Texts is { IsEmpty: false } texts ? texts : [SqlText.Unknown])).Distinct()],
            ForRows = effect.ForRows,
            IsProcedure = effect.IsProcedure || command.IsProcedure,
            InTransaction = command.InTransaction || (effect.Transaction is not null && (IsCertainTransaction(transaction.Source, transaction.Value) || (effect.IsCertainTransaction && transaction is { Source: not null, Value.MayBeNull: false }))),
            Transaction = transaction.Value?.Object ?? command.Transaction,
            OnPrimary = effect.OnPrimary || command.OnPrimary || (effect.Connection is { } o && IsPrimary(argument(o).Value)),
            Connection = effect.Connection is { } n ? argument(n).Value.Object : command.Connection,
        };
    }

    private MethodSummary? SummaryOf(IMethodSymbol called, bool isVirtualCall, bool runsDelegates)
    {
        if (called.MethodKind != MethodKind.LocalFunction)
        {
            return calls?.OfCall(called, isVirtualCall, runsDelegates);
        }

        if (calls is null)
        {
            return null;
        }

        var definition = called.OriginalDefinition;
        if (!localFunctions.TryGetValue(definition, out var summary))
        {
            // A recursive local function meets its own, still empty, summary.
            localFunctions[definition] = MethodSummary.Nothing;
            var local = graph.GetLocalFunctionControlFlowGraphInScope(definition, cancellation);
            summary = new ReadFlow(local, definition, model, libraries, options, calls, localFunctions, cancellation).Analyze().Summary;
            localFunctions[definition] = summary;
        }

        return summary;
    }

    /// <summary>Runs the delegates among the arguments as often as the method called runs them.</summary>
    private void RunDelegates(IInvocationOperation invocation, Value[] arguments)
    {
        if (arguments.All(a => a.Callbacks.IsEmpty))
        {
            return;
        }

        var called = invocation.TargetMethod;
        var summary = called.MethodKind == MethodKind.DelegateInvoke ? null : SummaryOf(called, invocation.IsVirtual, runsDelegates: true);
        var isVisible = !called.OriginalDefinition.IsAbstract && called.OriginalDefinition.DeclaringSyntaxReferences.Length > 0 && called.OriginalDefinition.Locations.Any(l => l.IsInSource) && calls is not null;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Callbacks.IsEmpty)
            {
                continue;
            }

            var runs = summary?.Delegates.Where(d => d.Parameter == invocation.Arguments[i].Parameter?.Ordinal).ToList();
            var how = runs is { Count: > 0 } ? (runs.Any(r => r.Repeatedly) ? LambdaUse.PerElement : LambdaUse.Once) : isVisible ? LambdaUse.Later : LambdaArguments.Use(called);
            var scopes = state.Scopes;
            if (runs is { Count: > 0 } && runs.All(r => r.InTransaction))
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

    private void ApplyRead(Site site, object? unit, bool onPrimary, FlowState before)
    {
        if (!onPrimary)
        {
            Note(sequential, before.Observed);
            if (!site.ThroughCall)
            {
                Note(ownSequential, before.Observed.Where(a => !a.Site.ThroughCall));
            }

            if (!state.SessionSeesWrites)
            {
                Note(afterWrite, before.Wrote);
            }
        }

        state = state with { Observed = state.Observed.Add(new Access(site, unit, IsCurrent: true, onPrimary)) };

        void Note(Dictionary<Site, Site> faults, IEnumerable<Access> earlier)
        {
            foreach (var access in earlier)
            {
                if (!access.SharesServerWith(unit) && (!faults.TryGetValue(site, out var known) || access.Site.Position < known.Position))
                {
                    faults[site] = access.Site;
                }
            }
        }
    }

    /// <summary>The unit that a command runs in now, null for one of its own, and whether that is certain to be on the primary.</summary>
    private (object? Unit, bool OnPrimary) UnitOf(object? connection, object? command, bool inTransaction, bool onPrimary)
    {
        var tracked = connection is null ? TrackedObject.Default : state[connection];
        onPrimary |= tracked.OnPrimary;
        var inScope = state.Scopes > 0 && !tracked.OpenedOutsideScope;
        if (inTransaction || tracked.HasTransaction || inScope)
        {
            return (inScope ? ScopeUnit : connection ?? command, onPrimary || options.Routing == RoutingMode.Statement);
        }

        if (onPrimary)
        {
            return (connection ?? command, true);
        }

        if (state.Session is not null)
        {
            return (state.Session, state.SessionOnPrimary);
        }

        return options.Routing == RoutingMode.Connection && !tracked.IsClosed ? (connection ?? command, false) : (null, false);
    }

    private bool IsPrimary(Value value) => value.Objects.Count > 0 && value.Objects.All(o => state[o].OnPrimary || (state[o].Connection is { } c && state[c].OnPrimary));

    private static void ForEach(Value value, Action<object> apply)
    {
        foreach (var identity in value.Objects)
        {
            apply(identity);
        }
    }

    private static (IOperation? Source, Value Value) Argument(ImmutableArray<IArgumentOperation> arguments, Value[] values, string parameter)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Parameter?.Name == parameter)
            {
                return (arguments[i].ArgumentKind == ArgumentKind.DefaultValue ? null : arguments[i].Value, values[i]);
            }
        }

        return (null, Value.Unknown);
    }

    private static (IOperation? Source, Value Value) ArgumentAt(ImmutableArray<IArgumentOperation> arguments, Value[] values, int ordinal)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Parameter?.Ordinal == ordinal)
            {
                return (arguments[i].ArgumentKind == ArgumentKind.DefaultValue ? null : arguments[i].Value, values[i]);
            }
        }

        return (null, Value.Unknown);
    }

    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }
}
