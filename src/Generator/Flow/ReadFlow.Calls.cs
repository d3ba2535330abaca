using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Evaluates calls and creations: what they hand back, and what they do to the path.</summary>
internal sealed partial class ReadFlow
{
    private Value EvaluateInvocation(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        var receiver = Evaluate(invocation.Instance);
        var arguments = new Value[invocation.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(invocation.Arguments[i].Value);
        }

        if (libraries.Listed.RoleOf(method) is { } role)
        {
            RunDelegates(invocation, arguments);
            return ApplyListed(
                invocation,
                method,
                invocation.Type,
                role,
                receiver,
                [.. invocation.Arguments.Select((a, i) => (Unconverted(a.Value), arguments[i]))]
            );
        }

        if (libraries.Describe(method) is { } member)
        {
            return Apply(invocation, member, receiver, arguments);
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            RunCompiledQuery(invocation, arguments);
            foreach (var lambda in receiver.Callbacks)
            {
                Run(lambda, LambdaUse.Once);
            }
        }

        if (LibraryTypes.IsExactly(method.ContainingType, types.ReadSession) && method.Name is "Begin" or "Resume")
        {
            return BeginSession(invocation);
        }

        if (method.Name is "Dispose" or "DisposeAsync" && receiver.Object is { } disposed)
        {
            Dispose(disposed);
            return Value.Unknown;
        }

        EnumerateQueries(invocation, arguments);
        RunDelegates(invocation, arguments);
        ApplyCall(invocation, method, isVirtualCall: invocation.IsVirtual, ordinal => ArgumentAt(invocation.Arguments, arguments, ordinal));
        if (WorkBoundaries.Separates(method) && IsInLoop())
        {
            startsAfresh = true;
            state = state with
            {
                MostReads = 0,
                Observed = ImmutableHashSet<Access>.Empty,
                Wrote = ImmutableHashSet<Access>.Empty,
                Ran = ImmutableHashSet<int>.Empty,
            };
        }

        return EvaluateKnownResult(invocation, receiver, arguments);
    }

    /// <summary>The values of calls that pass a text, a connection or a task through.</summary>
    private Value EvaluateKnownResult(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var method = invocation.TargetMethod;
        if (method.ContainingType?.SpecialType == SpecialType.System_String)
        {
            return TextCalls.Evaluate(method, receiver, Pieces(invocation, arguments));
        }

        if (LibraryTypes.IsExactly(method.ContainingType, types.StringBuilder))
        {
            return EvaluateBuilder(method, receiver, arguments);
        }

        switch (method.Name)
        {
            case "ConfigureAwait" or "AsTask" or "GetAwaiter" or "GetResult" or "Preserve" or "Unwrap":
                return SubjectOf(invocation, receiver, arguments);
            case "FromResult" when arguments.Length == 1:
                return arguments[0];
        }

        if (types.HasQueries && types.IsQueryable(invocation.Type))
        {
            return QueryOf(invocation, receiver, arguments);
        }

        if (types.IsContext(Unwrapped(invocation.Type)))
        {
            return Create(invocation, new TrackedObject { OnPrimary = IsPrimary(receiver) });
        }

        // A connection that a factory hands out: a new one at each call, open as far as anyone can tell.
        return types.IsConnection(Unwrapped(invocation.Type)) ? Create(invocation, TrackedObject.Default) : Value.Unknown;
    }

    /// <summary>The arguments of a call of <see cref="string"/>, what a <c>params</c> argument gathers as arguments of their own.</summary>
    private Value[] Pieces(IInvocationOperation invocation, Value[] arguments)
    {
        // The span that newer frameworks gather into: ArgumentKind.ParamCollection is newer than the compiler that this is built against.
        const ArgumentKind gathered = (ArgumentKind)4;
        IEnumerable<IOperation>? pieces = invocation.Arguments switch
        {
            [.., { Value: IArrayCreationOperation { Initializer: { } initializer } }] => initializer.ElementValues,
            [.., { ArgumentKind: gathered, Value: var collection }] => Unconverted(collection).ChildOperations,
            _ => null,
        };
        return pieces is null ? arguments : [.. arguments.Take(arguments.Length - 1), .. pieces.Select(Piece)];

        Value Piece(IOperation piece) =>
            Unconverted(piece) is { ConstantValue: { HasValue: true, Value: string constant } } ? Value.OfText(constant) : Receiver(piece);
    }

    /// <summary>What a call is about: its receiver, or the first argument of an extension method.</summary>
    private static IOperation? SubjectOf(IInvocationOperation invocation) =>
        invocation.Instance ?? invocation.Arguments.FirstOrDefault()?.Value;

    private static Value SubjectOf(IInvocationOperation invocation, Value receiver, Value[] arguments) =>
        invocation.Instance is not null ? receiver : arguments.FirstOrDefault() ?? Value.Unknown;

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
                    var appended = method.Name switch
                    {
                        "AppendFormat" => TextCalls.Formatted(method, arguments),
                        "AppendJoin" => [],
                        "AppendLine" => arguments.Length == 0 ? ["\n"] : Value.Concat(arguments[0].Texts, ["\n"]),
                        _ => arguments[0].Texts,
                    };
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

        if (types.IsAdapter(type))
        {
            // An adapter fills from the command that it was made with.
            var command = arguments.Where((_, i) => types.IsCommand(creation.Arguments[i].Parameter?.Type)).FirstOrDefault();
            return command is { Objects.IsEmpty: false } ? command : Create(creation, NewCommand(creation, arguments));
        }

        if (LibraryTypes.IsExactly(type, types.DapperCommandDefinition))
        {
            var text = Argument(creation.Arguments, arguments, "commandText");
            var transaction = Argument(creation.Arguments, arguments, "transaction");
            var commandType = Argument(creation.Arguments, arguments, "commandType");
            return Create(
                creation,
                new TrackedObject
                {
                    Texts = text.Value.Texts,
                    InTransaction = IsCertainTransaction(transaction.Source, transaction.Value),
                    Transaction = transaction.Value.Object,
                    IsProcedure = IsStoredProcedure(commandType.Source),
                }
            );
        }

        if (LibraryTypes.IsExactly(type, types.StringBuilder))
        {
            var start =
                creation.Arguments.Length > 0 && creation.Arguments[0].Parameter?.Type.SpecialType == SpecialType.System_String
                    ? arguments[0].Texts
                    : [string.Empty];
            return Create(creation, new TrackedObject { Texts = start });
        }

        if (types.TransactionScope is not null && LibraryTypes.IsExactly(type, types.TransactionScope))
        {
            // TransactionScopeOption.Suppress, 2, opens a scope in which nothing takes part.
            var suppressed = creation.Arguments.Any(a =>
                a.Value.ConstantValue is { HasValue: true, Value: 2 } && a.Parameter?.Type.Name == "TransactionScopeOption"
            );
            if (!suppressed)
            {
                Retire(ScopeUnit);
                state = state with { Scopes = state.Scopes + 1 };
            }

            return Create(creation, new TrackedObject { IsScope = !suppressed });
        }

        EnumerateQueries(creation, arguments);
        if (creation.Constructor is { } constructor)
        {
            ApplyCall(creation, constructor, isVirtualCall: false, ordinal => ArgumentAt(creation.Arguments, arguments, ordinal));
        }

        return types.IsContext(type) ? Create(creation, new TrackedObject { OnPrimary = arguments.Any(IsPrimary) }) : Value.Unknown;
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
                command = command with
                {
                    InTransaction = IsCertainTransaction(creation.Arguments[i].Value, arguments[i]),
                    Transaction = arguments[i].Object,
                };
            }
        }

        return command;
    }

    private Value BeginSession(IInvocationOperation invocation)
    {
        var session = Create(invocation, TrackedObject.Default);

        // A session inside a session joins it.
        if (state.Session is null)
        {
            // A resumed one has its token's level, which nothing here shows.
            var level = invocation
                .Arguments.Select(static a => (a.Value as IFieldReferenceOperation)?.Field)
                .FirstOrDefault(static f => f?.Type.Name == "ReadConsistency")
                ?.Name;
            state = state with { Session = new OpenSession(invocation, level == "Primary", level == "Causal") };
        }

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
        else if (tracked is { IsTransaction: true, Connection: { } connection })
        {
            Update(connection, state[connection] with { HasTransaction = false });
        }
        else if (Equals(state.Session?.Identity, disposed))
        {
            state = state with { Session = null };
        }
    }

    private static (IOperation? Source, Value Value) Argument(
        ImmutableArray<IArgumentOperation> arguments,
        Value[] values,
        string? parameter
    ) => ArgumentOf(arguments, values, p => p.Name == parameter);

    private static (IOperation? Source, Value Value) ArgumentAt(
        ImmutableArray<IArgumentOperation> arguments,
        Value[] values,
        int ordinal
    ) => ArgumentOf(arguments, values, p => p.Ordinal == ordinal);

    private static (IOperation? Source, Value Value) ArgumentOf(
        ImmutableArray<IArgumentOperation> arguments,
        Value[] values,
        Func<IParameterSymbol, bool> isMeant
    )
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Parameter is { } parameter && isMeant(parameter))
            {
                return (arguments[i].Value, values[i]);
            }
        }

        return (null, Value.Unknown);
    }
}
