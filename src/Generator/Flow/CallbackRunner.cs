using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Flow;

/// <summary>Runs lambdas, method groups and delegate parameters as often as whoever holds them does.</summary>
internal sealed class CallbackRunner(FlowContext context, FlowFindings findings, CalleeEffects callees, IGraphRunner runner)
{
    /// <summary>Lambdas within lambdas deeper than this are not followed.</summary>
    private const int MaxLambdaDepth = 6;

    /// <summary>A lambda that has not settled after so many runs is taken as it stands.</summary>
    private const int MaxRuns = 64;

    private readonly HashSet<Callback> _held = [];
    private readonly List<Callback> _holding = [];
    private readonly HashSet<Callback> _ran = [];
    private int _lambdaDepth;

    public void Run(Callback callback, LambdaUse how)
    {
        switch (callback)
        {
            case LambdaCallback lambda:
                RunLambda(lambda, how);
                break;
            case MethodCallback group when how != LambdaUse.Later:
                callees.Apply(group.Operation, group.Method, isVirtualCall: true);
                if (how == LambdaUse.PerElement)
                {
                    callees.Apply(group.Operation, group.Method, isVirtualCall: true);
                }

                break;
            case ParameterCallback parameter when how != LambdaUse.Later:
                findings.AddDelegateRun(
                    new DelegateRun(
                        parameter.Ordinal,
                        context.State.Scopes > 0,
                        how == LambdaUse.PerElement || context.State.Ran.Contains(parameter.Ordinal)
                    )
                );
                context.RunParameter(parameter.Ordinal);
                break;
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
        if (Array.TrueForAll(arguments, static a => a.Callbacks.IsEmpty))
        {
            return;
        }

        var called = invocation.TargetMethod;
        var summary = callees.SummaryOf(called, invocation.IsVirtual, runsDelegates: true);
        var isVisible = !called.OriginalDefinition.IsAbstract && called.OriginalDefinition.DeclaringSyntaxReferences.Length > 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Callbacks.IsEmpty)
            {
                continue;
            }

            var runs = summary.Delegates.Where(d => d.Parameter == invocation.Arguments[i].Parameter?.Ordinal).ToList();
            var how =
                runs.Count > 0 ? (runs.Exists(static r => r.Repeatedly) ? LambdaUse.PerElement : LambdaUse.Once)
                : isVisible ? LambdaUse.Later
                : LambdaArguments.Use(called);
            var scopes = context.State.Scopes;
            if (runs.Count > 0 && runs.TrueForAll(static r => r.InTransaction))
            {
                context.OpenScope();
            }

            foreach (var callback in arguments[i].Callbacks)
            {
                Run(callback, how);
            }

            context.SetScopes(scopes);
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
        _ = runner.TryRun(InSessionOf(lambda, declared, FlowState.Start), out _);
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
                    declared == DeclaredConsistency.Causal
                ),
            };
}
