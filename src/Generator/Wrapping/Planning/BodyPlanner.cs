using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>Plans the body of one method or accessor: the call, and the session around it.</summary>
internal static class BodyPlanner
{
    /// <param name="call">The call of the class.</param>
    /// <param name="declaration">Whose result and parameter names the wrapper's member has.</param>
    public static BodyPlan Plan(string call, IMethodSymbol declaration, Coverage? coverage, TypeText types, SessionText sessions)
    {
        var result =
            declaration.ReturnsVoid || (coverage is { Hold: SessionHold.Task } && declaration.ReturnType is INamedTypeSymbol { Arity: 0 })
                ? ResultKind.Nothing
            : declaration.ReturnsByRef || declaration.ReturnsByRefReadonly ? ResultKind.Reference
            : ResultKind.Value;
        if (
            coverage is { Hold: not SessionHold.Call }
            && declaration.ReturnType is { IsReferenceType: true, NullableAnnotation: NullableAnnotation.Annotated }
        )
        {
            call += "!";
        }

        return new BodyPlan(
            call,
            result,
            AwaitableType(declaration, types),
            coverage is null ? null : Session(declaration, coverage, sessions)
        );
    }

    /// <summary>An async method has to return a task: the <c>?</c> that an interface may allow goes.</summary>
    public static string AwaitableType(IMethodSymbol declaration, TypeText types) =>
        declaration.ReturnsVoid ? "void" : types.WithoutAnnotation(declaration.ReturnType);

    private static SessionPlan Session(IMethodSymbol declaration, Coverage coverage, SessionText sessions)
    {
        var taken = new HashSet<string>(declaration.Parameters.Select(static p => p.Name), StringComparer.Ordinal) { "value" };
        return new SessionPlan(
            sessions.Begin(coverage, declaration.Parameters),
            Identifier.Free("session", taken),
            coverage.Hold,
            Identifier.Free("Read", taken),
            FrameworkTypes.IsTaskLike(declaration.ReturnType),
            coverage.Annotation.Restarts && RunningAgain.WhyNot(declaration) is null ? Restart(declaration, coverage, sessions) : null
        );
    }

    private static RestartPlan Restart(IMethodSymbol declaration, Coverage coverage, SessionText sessions) =>
        new(
            sessions.Arguments(coverage, declaration.Parameters).ToEquatableArray(),
            declaration.Parameters.FirstOrDefault(static p => FrameworkTypes.IsCancellationToken(p.Type)) is { } token
                ? Identifier.Escape(token.Name)
                : "global::System.Threading.CancellationToken.None"
        );
}
