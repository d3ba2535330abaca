namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>What the callers of a driver wait for, as they would for a network, until <see cref="TryEndOne"/> ends it: on the same thread, so
/// that all that is allocated is this thread's.</summary>
internal static class Steps
{
    [ThreadStatic]
    private static Queue<TaskCompletionSource>? _begun;

    /// <summary>A step that ends later.</summary>
    public static Task BeginAsync()
    {
        var step = new TaskCompletionSource();
        (_begun ??= new()).Enqueue(step);
        return step.Task;
    }

    /// <summary>Ends the first step that has not ended, and runs whatever waits for it.</summary>
    /// <returns>False where there is none.</returns>
    public static bool TryEndOne()
    {
        if (_begun is not { Count: > 0 } begun)
        {
            return false;
        }

        begun.Dequeue().SetResult();
        return true;
    }
}
