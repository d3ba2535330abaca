using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>A lambda that was handed to a route, a job, a command or a message: a unit of its own.</summary>
/// <param name="Lambda">The lambda.</param>
/// <param name="Scope">The graph that it stands in.</param>
/// <param name="Mapping">The call that it was handed to.</param>
internal sealed record HandlerLambda(IFlowAnonymousFunctionOperation Lambda, ControlFlowGraph Scope, IInvocationOperation Mapping)
{
    public MethodBody Body(CancellationToken cancellation) =>
        new(Lambda.Symbol, Scope.GetAnonymousFunctionControlFlowGraph(Lambda, cancellation));

    public bool Equals(HandlerLambda? other) => other is not null && Lambda.Syntax == other.Lambda.Syntax;

    public override int GetHashCode() => Lambda.Syntax.GetHashCode();
}
