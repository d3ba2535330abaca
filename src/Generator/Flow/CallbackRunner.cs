using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>Runs lambdas, method groups and delegate parameters as often as whoever holds them does.</summary>
internal sealed class CallbackRunner(
    FlowContext context,
    FlowFindings findings,
    KnownValues known,
    CalleeEffects callees,
    MethodGroups groups,
    IGraphRunner runner
)
{
    /// <summary>Lambdas within lambdas deeper than this are not followed.</summary>
    private const int MaxLambdaDepth = 6;

    /// <summary>A lambda that has not settled after so many runs is taken as it stands.</summary>
    private const int MaxRuns = 64;

    private readonly HashSet<Callback> _held = [];
    private readonly List<Callback> _holding = [];
    private readonly HashSet<Callback> _ran = [];
    private int _lambdaDepth;

    /// <param name="callback">What to run.</param>
    /// <param name="how">How often.</param>
    /// <param name="place">Where it is run or handed on; null where that is not known.</param>
    public void Run(Callback callback, LambdaUse how, IOperation? place = null)
    {
        switch (callback)
        {
            case LambdaCallback lambda:
                RunLambda(lambda, how);
                break;
            case MethodCallback group when how != LambdaUse.Later:
                RunGroup(group);
                if (how == LambdaUse.PerElement)
                {
                    RunGroup(group);
                }

                break;
            case ParameterCallback parameter when how != LambdaUse.Later:
                findings.AddDelegateRun(
                    new DelegateRun(
                        parameter.Ordinal,
                        context.State.Scopes > 0,
                        how == LambdaUse.PerElement || context.HasRun(parameter.Ordinal),
                        context.State.Ran,
                        !context.State.Observed.IsEmpty,
                        !context.State.Wrote.IsEmpty,
                        place is null ? context.Through : context.ThroughAt(place),
                        Surroundings.At(place, context, known)
                    )
                );
                context.RunParameter(parameter.Ordinal);
                break;
        }
    }

    /// <summary>Runs what one delegate may be: one of these, and not one after the other.</summary>
    public void RunOneOf(Items<Callback> callbacks, LambdaUse how, IOperation? place)
    {
        var before = context.State;
        FlowState? after = null;
        foreach (var callback in callbacks)
        {
            context.GoOnFrom(before);
            Run(callback, how, place);
            after = FlowState.Join(after, context.State);
        }

        context.GoOnFrom(after ?? before);
    }

    private void RunGroup(MethodCallback group)
    {
        if (!groups.TrySend(group))
        {
            callees.Apply(group.Operation, group.Method, isVirtualCall: true);
        }
    }

    public void RunLater(Value value)
    {
        foreach (var callback in value.Callbacks)
        {
            Run(callback, LambdaUse.Later);
        }
    }

    /// <summary>A local or parameter holds the value: its lambdas are not run before somebody does.</summary>
    public void Hold(Value value)
    {
        foreach (var callback in value.Callbacks)
        {
            if (_held.Add(callback))
            {
                _holding.Add(callback);
            }
        }
    }

    /// <summary>A lambda that reaches the end of a statement unused (returned, yielded, stored in an array) runs later, if ever.</summary>
    public void RunUnheld(Value value)
    {
        foreach (var callback in value.Callbacks)
        {
            if (!_held.Contains(callback))
            {
                Run(callback, LambdaUse.Later);
            }
        }
    }

    /// <summary>A lambda kept in a local that nothing here runs counts for what is at fault inside it.</summary>
    public void RunHeld()
    {
        // One that runs may hold others of its own: the list grows while it is gone through.
        for (var i = 0; i < _holding.Count; i++)
        {
            if (!_ran.Contains(_holding[i]))
            {
                Run(_holding[i], LambdaUse.Later);
            }
        }
    }

    /// <summary>Runs the delegates among the arguments as often as the method called runs them.</summary>
    public void RunArguments(IInvocationOperation invocation, Value[] arguments)
    {
        if (Array.Exists(arguments, static a => !a.Callbacks.IsEmpty))
        {
            RunArguments(
                invocation,
                arguments,
                callees.SummaryOf(invocation.TargetMethod, invocation.IsVirtual, runsDelegates: true).Delegates,
                static _ => true
            );
        }
    }

    /// <summary>The same for some of the delegates.</summary>
    /// <param name="invocation">The call.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="delegates">How the method called runs what it is handed.</param>
    /// <param name="isMeant">Whether a delegate is run now, by how the method runs it.</param>
    /// <param name="runsOne">True where the method runs one of them alone.</param>
    public void RunArguments(
        IInvocationOperation invocation,
        Value[] arguments,
        Items<DelegateRun> delegates,
        Func<List<DelegateRun>, bool> isMeant,
        bool runsOne = false
    )
    {
        var before = context.State;
        FlowState? joined = null;
        var called = invocation.TargetMethod;
        var isVisible = !called.OriginalDefinition.IsAbstract && called.OriginalDefinition.DeclaringSyntaxReferences.Length > 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Callbacks.IsEmpty)
            {
                continue;
            }

            var runs = delegates.Where(d => d.Parameter == invocation.Arguments[i].Parameter?.Ordinal).ToList();
            if (!isMeant(runs))
            {
                continue;
            }

            if (runsOne)
            {
                context.GoOnFrom(before);
            }

            RunArgument(invocation, arguments, i, runs, isVisible);
            joined = FlowState.Join(joined, context.State);
        }

        if (runsOne && joined is not null)
        {
            context.GoOnFrom(joined);
        }
    }

    /// <summary>Runs the delegates of one argument, in what the method called has begun around them.</summary>
    private void RunArgument(IInvocationOperation invocation, Value[] arguments, int index, List<DelegateRun> runs, bool isVisible)
    {
        var scopes = context.State.Scopes;
        if (runs.Count > 0 && runs.TrueForAll(static r => r.InTransaction))
        {
            context.OpenScope();
        }

        var session = context.State.Session;
        var begun = Surroundings.Common(runs)?.Enter(invocation, arguments, arguments[index].Callbacks, context) ?? [];
        var around = context.Through;
        if (runs.Count > 0 && runs.Min(static r => r.Through) is var through && through > around)
        {
            context.Through = through;
        }

        RunOrMap(arguments[index], runs, isVisible, invocation, invocation.Arguments[index]);
        context.Through = around;
        context.SetScopes(scopes);
        foreach (var transacting in begun)
        {
            context.SetTransaction(transacting, hasTransaction: false);
        }

        if (!ReferenceEquals(session, context.State.Session))
        {
            context.SetSession(session);
        }
    }

    /// <summary>Runs the delegates of one argument as often as the method called does, or notes that it maps them.</summary>
    private void RunOrMap(Value value, List<DelegateRun> runs, bool isVisible, IInvocationOperation invocation, IArgumentOperation argument)
    {
        var isHandler = runs.Count == 0 && HandlerMappings.Takes(invocation.TargetMethod, argument.Parameter);
        var how =
            runs.Count > 0 ? (runs.Exists(static r => r.Repeatedly) ? LambdaUse.PerElement : LambdaUse.Once)
            : isVisible ? LambdaUse.Later
            : LambdaArguments.Use(invocation);
        if (!isHandler && argument.Parameter?.Type.TypeKind == TypeKind.Delegate)
        {
            RunOneOf(value.Callbacks, how, argument);
            return;
        }

        foreach (var callback in value.Callbacks)
        {
            if (isHandler)
            {
                Map(callback, invocation);
            }
            else
            {
                Run(callback, how, argument);
            }
        }
    }

    /// <summary>A lambda that is mapped is a unit of its own; whatever else is mapped reports for itself where it stands.</summary>
    private void Map(Callback callback, IInvocationOperation mapping)
    {
        if (callback is LambdaCallback lambda)
        {
            _ran.Add(lambda);
            findings.AddHandler(new HandlerLambda(lambda.Operation, lambda.Scope, mapping));
        }
    }

    private void RunLambda(LambdaCallback lambda, LambdaUse how)
    {
        if (how != LambdaUse.Later)
        {
            _ran.Add(lambda);
        }

        var declared = ConsistencyAnnotations.On(lambda.Operation.Symbol);
        if (_lambdaDepth >= MaxLambdaDepth || declared == DeclaredConsistency.Eventual)
        {
            return;
        }

        var state = context.State;
        var place = context.EnterGraph(lambda.Scope.GetAnonymousFunctionControlFlowGraph(lambda.Operation, context.Cancellation));
        _lambdaDepth++;
        try
        {
            state = how switch
            {
                LambdaUse.Once => AfterOnce(state),
                LambdaUse.PerElement => AfterEach(state),
                _ => AfterLater(lambda, declared, state),
            };
        }
        finally
        {
            _lambdaDepth--;
            context.Return(place, state);
        }
    }

    private FlowState AfterOnce(FlowState before) =>
        runner.TryRun(before, out var after) && after is not null ? FlowState.Join(before, after) : before;

    private FlowState AfterEach(FlowState before)
    {
        for (var i = 0; i < MaxRuns && runner.TryRun(before, out var after) && after is not null; i++)
        {
            var joined = FlowState.Join(before, after);
            if (joined.Equals(before))
            {
                break;
            }

            before = joined;
        }

        return before;
    }

    /// <summary>It runs at another time: nothing that holds here is known to hold there.</summary>
    private FlowState AfterLater(LambdaCallback lambda, DeclaredConsistency declared, FlowState before)
    {
        var outer = findings.IsForLater;
        findings.IsForLater = true;
        _ = runner.TryRun(InSessionOf(lambda, declared, FlowState.Start), out _);
        findings.IsForLater = outer;
        return before;
    }

    /// <summary>
    /// A handler that declares its consistency, <c>app.MapGet("/", [Monotonic] (db) => ...)</c>, runs in the session that whoever calls
    /// it opens.
    /// </summary>
    private static FlowState InSessionOf(LambdaCallback lambda, DeclaredConsistency declared, FlowState start) =>
        declared == DeclaredConsistency.None
            ? start
            : start with
            {
                Session = new OpenSession(
                    lambda.Operation,
                    declared == DeclaredConsistency.Primary,
                    declared is DeclaredConsistency.Causal or DeclaredConsistency.Global
                ),
            };
}
