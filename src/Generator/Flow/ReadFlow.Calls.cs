using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
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
            foreach (var lambda in receiver.Lambdas)
            {
                Run(lambda, LambdaRun.Once);
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

        foreach (var (index, how) in LambdaArguments.Of(method, arguments))
        {
            foreach (var lambda in arguments[index].Lambdas)
            {
                Run(lambda, how switch { LambdaUse.Once => LambdaRun.Once, LambdaUse.PerElement => LambdaRun.PerElement, _ => LambdaRun.Later });
            }
        }

        if (WorkBoundaries.Separates(method) && IsInLoop())
        {
            state = state with { Observed = ImmutableHashSet<Access>.Empty, Wrote = ImmutableHashSet<Access>.Empty };
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
                command = command with { InTransaction = IsCertainTransaction(creation.Arguments[i].Value, arguments[i]) };
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
        var onPrimary = level is IFieldReferenceOperation { Field.Name: "Primary" };
        var session = Create(invocation, new TrackedObject { IsSession = true });
        state = state with { Session = invocation, SessionOnPrimary = onPrimary };
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
            state = state with { Session = null, SessionOnPrimary = false };
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
            foreach (var lambda in argument.Lambdas)
            {
                Run(lambda, LambdaRun.PerElement);
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
        Items<string> texts;
        bool isProcedure, inTransaction, onPrimary;
        object? connection, command = null;
        if (member.TextParameter is null)
        {
            var commands = target.Objects;
            texts = commands.IsEmpty ? [] : commands.Select(c => state[c].Texts).Aggregate(Value.JoinTexts);
            isProcedure = commands.Count > 0 && commands.All(c => state[c].IsProcedure);
            inTransaction = commands.Count > 0 && commands.All(c => state[c].InTransaction);
            onPrimary = IsPrimary(target);
            command = target.Object;
            connection = command is null ? null : state[command].Connection;
        }
        else
        {
            var text = Argument(invocation.Arguments, arguments, member.TextParameter);
            var definition = text.Value.Object is { } d ? state[d] : null;
            texts = definition?.Texts ?? text.Value.Texts;
            var transaction = member.TransactionParameter is null ? default : Argument(invocation.Arguments, arguments, member.TransactionParameter);
            inTransaction = definition?.InTransaction ?? (member.TransactionParameter is not null && IsCertainTransaction(transaction.Source, transaction.Value));
            isProcedure = definition?.IsProcedure ?? (member.CommandTypeParameter is not null && IsStoredProcedure(Argument(invocation.Arguments, arguments, member.CommandTypeParameter).Source));
            onPrimary = IsPrimary(target);
            connection = target.Object;
        }

        var effects = CommandEffects.Of(texts, isProcedure, member.Role == DataRole.SendsForRows);
        if (effects.Begins && connection is not null)
        {
            Update(connection, state[connection] with { HasTransaction = true });
        }

        if (effects.Ends && connection is not null)
        {
            Update(connection, state[connection] with { HasTransaction = false });
        }

        if (!effects.ReplicaRead && !effects.PrimaryRead && !effects.Writes)
        {
            return;
        }

        var (unit, primary) = UnitOf(connection, command, inTransaction, onPrimary);
        var site = new Site(invocation, invocation.TargetMethod.Name, ThroughCall: false);
        if (effects.ReplicaRead || effects.PrimaryRead)
        {
            ApplyRead(site, unit, primary || !effects.ReplicaRead);
        }

        if (effects.Writes)
        {
            writes.Add(site);
            state = state with { Wrote = state.Wrote.Add(new Access(site, unit, IsCurrent: true, primary)) };
        }
    }

    private void ApplyRead(Site site, object? unit, bool onPrimary)
    {
        reads.Add(site);
        if (!onPrimary)
        {
            Note(sequential, state.Observed);
            Note(afterWrite, state.Wrote);
        }

        state = state with { Observed = state.Observed.Add(new Access(site, unit, IsCurrent: true, onPrimary)) };

        void Note(Dictionary<Site, Site> faults, ImmutableHashSet<Access> earlier)
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

    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }
}
