using System.Collections.Concurrent;
using System.Reflection;

namespace MonotonicReads.Benchmarks.Wrapping;

/// <summary>The same work without a generator: a DispatchProxy that opens a session around every call that returns a task.</summary>
public class SessionProxy : DispatchProxy
{
    private static readonly MethodInfo Open = typeof(SessionProxy).GetMethod(
        nameof(InSessionAsync),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;
    private static readonly ConcurrentDictionary<MethodInfo, Func<object, MethodInfo, object?[]?, object>> Openers = new();

    private object? _inner;

    public static T Around<T>(T inner)
        where T : class
    {
        var proxy = Create<T, SessionProxy>();
        ((SessionProxy)(object)proxy)._inner = inner;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        var opener = Openers.GetOrAdd(
            targetMethod,
            static method =>
                Open.MakeGenericMethod(method.ReturnType.GenericTypeArguments)
                    .CreateDelegate<Func<object, MethodInfo, object?[]?, object>>()
        );
        return opener(_inner!, targetMethod, args);
    }

    private static async Task<TResult> InSessionAsync<TResult>(object inner, MethodInfo method, object?[]? arguments)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return await ((Task<TResult>)method.Invoke(inner, arguments)!).ConfigureAwait(false);
    }
}
