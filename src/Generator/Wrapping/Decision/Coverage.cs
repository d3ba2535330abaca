using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>What an annotated method gets: the guarantee, how long its session is held, the key that its UUID comes from.</summary>
internal sealed record Coverage(IMethodSymbol Method, Annotation Annotation, SessionHold Hold, SessionKeyPath? Key)
{
    /// <summary>Decides how the session can be held for the method's whole result, or says why it cannot.</summary>
    /// <param name="methods">The implementation first, then what it implements or overrides: their parameter names count for a key.</param>
    public static (Coverage? Coverage, Obstacle? Obstacle) For(
        Annotation annotation,
        IReadOnlyList<IMethodSymbol> methods,
        ISymbol place,
        Compilation compilation
    )
    {
        var method = methods[0];
        if (annotation.MaxWaitMilliseconds < 0)
        {
            return (null, new Obstacle(place, "MaxWaitMilliseconds is negative", "give 0 (never wait) or more milliseconds"));
        }

        if (annotation.MaxStalenessMilliseconds < 0)
        {
            return (null, new Obstacle(place, "MaxStalenessMilliseconds is negative", "give 0 (any age) or more milliseconds"));
        }

        SessionKeyPath? path = null;
        if (annotation.Key is { } key)
        {
            (path, var why) = SessionKeyPath.Bind(key, methods, compilation);
            if (why is not null)
            {
                return (
                    null,
                    new Obstacle(
                        place,
                        why,
                        "name a parameter, or a path over properties that begins with one and ends in text, a number, a GUID, a "
                            + "time or an enum"
                    )
                );
            }
        }

        return HoldFor(method) is { } hold ? (new Coverage(method, annotation, hold, path), null) : (null, WhyNotHeld(method, place));
    }

    private static SessionHold? HoldFor(IMethodSymbol method)
    {
        var result = method.ReturnType;
        var outliving =
            FrameworkTypes.IsTaskLike(result) || FrameworkTypes.HasAsyncBuilder(result) ? SessionHold.Task
            : FrameworkTypes.AsyncSequenceItem(result) is not null ? SessionHold.AsyncSequence
            : FrameworkTypes.IsSequence(result) ? SessionHold.Sequence
            : FrameworkTypes.IsAsyncEnumerator(result) ? SessionHold.AsyncEnumerator
            : FrameworkTypes.IsEnumerator(result) ? SessionHold.Enumerator
            : SessionHold.Call;
        if (outliving != SessionHold.Call && !method.ReturnsByRef && !method.ReturnsByRefReadonly)
        {
            return method.Parameters.All(CanOutliveCall) ? outliving : null;
        }

        return IsDeferred(result) || IsAwaited(result) ? null : SessionHold.Call;
    }

    private static Obstacle WhyNotHeld(IMethodSymbol method, ISymbol place)
    {
        var result = method.ReturnType.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);
        return method.Parameters.All(CanOutliveCall)
            ? new Obstacle(
                place,
                $"the session cannot follow a {result} until its last read",
                "return a Task, a ValueTask, an IAsyncEnumerable<T> or a finished value"
            )
            : new Obstacle(
                place,
                "it has a by-reference or ref struct parameter, so the session cannot be held beyond the call until the result is complete",
                "pass such parameters by value"
            );
    }

    private static bool CanOutliveCall(IParameterSymbol parameter) =>
        parameter.RefKind == RefKind.None
        && !parameter.Type.IsRefLikeType
        && parameter.Type.TypeKind is not (TypeKind.Pointer or TypeKind.FunctionPointer)
        && !NewerRoslyn.AllowsRefStruct(parameter.Type);

    private static bool IsDeferred(ITypeSymbol type) =>
        type.AllInterfaces.Any(static i => FrameworkTypes.AsyncSequenceItem(i) is not null || FrameworkTypes.IsAsyncEnumerator(i));

    // A type with a builder is awaited by an extension method, if not by a method of its own.
    private static bool IsAwaited(ITypeSymbol type) => FrameworkTypes.Awaiter(type) is not null || FrameworkTypes.NamesAsyncBuilder(type);
}
