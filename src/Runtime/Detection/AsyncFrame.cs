using System.Reflection;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Detection;

/// <summary>What a frame of the stack says of the asynchronous methods on it.</summary>
internal static class AsyncFrame
{
    /// <summary>Whether an asynchronous method runs there.</summary>
    public static bool IsMethod(MethodBase method) =>
        method.Name == "MoveNext" && typeof(IAsyncStateMachine).IsAssignableFrom(method.DeclaringType);

    /// <summary>Whether an asynchronous method was taken up again there, behind an await: what is further out has not called it.</summary>
    public static bool IsResumption(MethodBase method) =>
        method.Name is "ExecutionContextCallback" or "MoveNext"
        && method.DeclaringType is { IsNested: true } type
        && type.Assembly == typeof(object).Assembly
        && (
            type.Name.StartsWith("AsyncStateMachineBox`", StringComparison.Ordinal)
            || type.Name.StartsWith("StateMachineBox`", StringComparison.Ordinal)
        );
}
