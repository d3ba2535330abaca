using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls, their receiver and arguments evaluated: what they do to the path, and what they hand back.</summary>
internal sealed class CallEvaluator(
    FlowContext context,
    FlowFindings findings,
    KnownValues known,
    ListedMemberEffects listed,
    LibraryCallEffects library,
    QuerySender queries,
    DelegatingCalls delegating,
    CallbackRunner callbacks
)
{
    private readonly Dictionary<BasicBlock, bool> _inLoop = [];

    public Value Evaluate(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var method = invocation.TargetMethod;
        if (context.Libraries.Listed.RoleOf(method) is { } role)
        {
            callbacks.RunArguments(invocation, arguments);
            return listed.Apply(
                invocation,
                method,
                invocation.Type,
                role,
                receiver,
                [.. invocation.Arguments.Select((a, i) => (Arguments.Unconverted(a.Value), arguments[i]))]
            );
        }

        if (context.Libraries.Describe(method) is { } member)
        {
            return library.Apply(invocation, member, receiver, arguments);
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            queries.SendCompiled(invocation, arguments);
            callbacks.RunOneOf(receiver.Callbacks, LambdaUse.Once, invocation);
        }

        if (context.Types.ReadSession is not null && SessionInCode.Begins(method, context.Cancellation))
        {
            if (!LibraryTypes.IsExactly(method.ContainingType, context.Types.ReadSession))
            {
                Run(invocation, receiver, arguments);
            }

            StartIteration(invocation);
            return BeginSession(invocation);
        }

        if (context.Types.ReadSession is not null && SessionInCode.RunsInSession(method))
        {
            var isOutermost = context.State.Session is null;
            BeginSession(invocation);
            Run(invocation, receiver, arguments);
            if (isOutermost)
            {
                context.SetSession(null);
            }

            return ResultOf(invocation, receiver, arguments);
        }

        if (method.Name is "Dispose" or "DisposeAsync" && receiver.Object is { } disposed)
        {
            Dispose(disposed);
            return Value.Unknown;
        }

        Run(invocation, receiver, arguments);
        return ResultOf(invocation, receiver, arguments);
    }

    /// <summary>Runs whatever is neither a library's nor the session's.</summary>
    private void Run(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var method = invocation.TargetMethod;
        queries.SendWalked(invocation, receiver, arguments);
        delegating.Run(invocation, arguments);
        if (
            (WorkBoundaries.Separates(method) || (WorkBoundaries.GoesOn(method) && receiver.Objects.Any(o => context[o].IsWork)))
            && IsInLoop(context.Block)
        )
        {
            findings.AddFreshStart();
            context.StartAfresh();
        }
    }

    /// <summary>A session that each iteration of a loop without end begins says that the iterations are separate pieces of work.</summary>
    private void StartIteration(IInvocationOperation begin)
    {
        if (context.State.Session is null && EndlessLoop.IsIteratedBy(begin.Syntax))
        {
            findings.AddFreshStart();
            context.StartAfresh();
        }
    }

    /// <summary>The values of calls that pass a text, a connection or a task through.</summary>
    private Value ResultOf(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var method = invocation.TargetMethod;
        if (TextOf(invocation, receiver, arguments) is { } text)
        {
            return text;
        }

        if (WorkBoundaries.Walks(method) && Arguments.SubjectOf(invocation, receiver, arguments) is { Object: { } stream } work)
        {
            return context[stream].IsWork ? work : Value.Unknown;
        }

        switch (method.Name)
        {
            case "ConfigureAwait" or "WithCancellation" or "AsTask" or "GetAwaiter" or "GetResult" or "Preserve" or "Unwrap":
                return Arguments.SubjectOf(invocation, receiver, arguments);
            case "FromResult" when arguments.Length == 1:
                return arguments[0];
        }

        if (context.Types.HasQueries && Composed(invocation, receiver, arguments) is { } composed)
        {
            return composed;
        }

        if (WorkBoundaries.IsStream(method))
        {
            return context.Create(invocation, new TrackedObject { IsWork = true });
        }

        return HandedOut(invocation, receiver);
    }

    /// <summary>What the calls of strings and of what builds them make; null for any other.</summary>
    private Value? TextOf(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var method = invocation.TargetMethod;
        if (method.ContainingType?.SpecialType == SpecialType.System_String)
        {
            return method.Name == "Create"
                ? Value.Unknown.WithTexts(BuilderCalls.TextOf(context, arguments))
                : TextCalls.Evaluate(method, receiver, Pieces(invocation, arguments));
        }

        if (!LibraryTypes.IsExactly(method.ContainingType, context.Types.StringBuilder) && !BuilderCalls.IsHandler(method.ContainingType))
        {
            return null;
        }

        return method.Name == "Insert" && invocation.Arguments[0].Value.ConstantValue is { HasValue: true, Value: 0 }
            ? BuilderCalls.Prepend(context, receiver, arguments[1])
            : BuilderCalls.Evaluate(context, method, receiver, arguments);
    }

    /// <summary>What a factory hands out: a new context or connection at each call, open as far as anyone can tell.</summary>
    private Value HandedOut(IInvocationOperation invocation, Value receiver)
    {
        var result = Arguments.Unwrapped(invocation.Type);
        return context.Types.IsContext(result) ? context.Create(invocation, new TrackedObject { OnPrimary = known.IsPrimary(receiver) })
            : context.Types.IsConnection(result) ? context.Create(invocation, TrackedObject.Default)
            : Value.Unknown;
    }

    /// <summary>The query that an operator makes of another, whatever its type; null where there is none.</summary>
    private Value? Composed(IInvocationOperation invocation, Value receiver, Value[] arguments)
    {
        var query = Arguments.SubjectOf(invocation, receiver, arguments).Query;
        var isQueryable = context.Types.IsQueryable(invocation.Type);
        var isQuery = query is null
            ? QueryShapes.IsQuery(invocation, context.Types)
            : isQueryable || QueryShapes.Composes(invocation.TargetMethod, context.Types);
        return isQuery ? QueryOf(invocation, receiver, arguments).OfQuery((query ?? QueryShape.Plain).With(invocation))
            : isQueryable ? QueryOf(invocation, receiver, arguments)
            : null;
    }

    /// <summary>What an operator hands back goes through the context of the query that it composes.</summary>
    private static Value QueryOf(IInvocationOperation invocation, Value receiver, Value[] arguments) =>
        invocation.Instance is not null
            ? receiver
            : arguments.FirstOrDefault(static a => !a.Objects.IsEmpty || !a.Texts.IsEmpty) ?? Value.Unknown;

    /// <summary>The arguments of a call of <see cref="string"/>, what a <c>params</c> argument gathers as arguments of their own.</summary>
    private Value[] Pieces(IInvocationOperation invocation, Value[] arguments)
    {
        // The span that newer frameworks gather into: ArgumentKind.ParamCollection is newer than the compiler that this is built against.
        const ArgumentKind Gathered = (ArgumentKind)4;
        IEnumerable<IOperation>? pieces = invocation.Arguments switch
        {
            [.., { Value: IArrayCreationOperation { Initializer: { } initializer } }] => initializer.ElementValues,
            [.., { ArgumentKind: Gathered, Value: var collection }] => Arguments.Unconverted(collection).ChildOperations,
            _ => null,
        };
        return pieces is null ? arguments : [.. arguments.Take(arguments.Length - 1), .. pieces.Select(Piece)];

        Value Piece(IOperation piece) =>
            Arguments.Unconverted(piece) is { ConstantValue: { HasValue: true, Value: string constant } }
                ? Value.OfText(constant)
                : known.Of(piece);
    }

    private Value BeginSession(IInvocationOperation invocation)
    {
        var session = context.Create(invocation, TrackedObject.Default);

        // A session inside a session joins it.
        if (context.State.Session is null)
        {
            // A resumed one has its token's level, which nothing here shows.
            var level = invocation.Arguments.Select(static a => LevelIn(a.Value)).FirstOrDefault(static name => name is not null);
            level ??= SessionInCode.LevelOfHelper(invocation.TargetMethod, context.Cancellation).ToString();
            context.SetSession(new OpenSession(invocation, level == "Primary", level is "Causal" or "Global"));
        }

        return session;
    }

    // By its value: beside an object with an initialiser the graph hands on what it has kept of the field.
    private static string? LevelIn(IOperation argument) =>
        argument is { Type: INamedTypeSymbol { Name: "ReadConsistency" } levels, ConstantValue: { HasValue: true, Value: { } level } }
            ? levels.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(f => level.Equals(f.ConstantValue))?.Name
            : null;

    private void Dispose(object disposed)
    {
        var tracked = context[disposed];
        if (tracked.IsScope)
        {
            context.Update(disposed, tracked with { IsScope = false });
            context.CloseScope();
        }
        else if (tracked is { IsTransaction: true, Connection: { } connection })
        {
            context.SetTransaction(connection, hasTransaction: false);
        }
        else if (Equals(context.State.Session?.Identity, disposed))
        {
            context.SetSession(null);
        }
    }

    /// <summary>True where control can come back from a block to itself.</summary>
    private bool IsInLoop(BasicBlock? block)
    {
        if (block is null)
        {
            return false;
        }

        if (!_inLoop.TryGetValue(block, out var isInLoop))
        {
            _inLoop.Add(block, isInLoop = ReachesItself(block));
        }

        return isInLoop;
    }

    private static bool ReachesItself(BasicBlock block)
    {
        var seen = new HashSet<int>();
        var pending = new Stack<BasicBlock>();
        Reach(block.FallThroughSuccessor);
        Reach(block.ConditionalSuccessor);
        while (pending.Count > 0 && !seen.Contains(block.Ordinal))
        {
            var reached = pending.Pop();
            Reach(reached.FallThroughSuccessor);
            Reach(reached.ConditionalSuccessor);
        }

        return seen.Contains(block.Ordinal);

        void Reach(ControlFlowBranch? branch)
        {
            if (branch?.Destination is { } next && seen.Add(next.Ordinal))
            {
                pending.Push(next);
            }
        }
    }
}
