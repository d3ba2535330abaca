namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>What an operation allocates, exactly, on this thread.</summary>
internal static class Allocated
{
    // The first rounds pay for what is made once: compiled code, pools, caches of texts.
    private const int WarmUp = 2_000;
    private const int Operations = 100;
    private const int Repeats = 100;

    /// <summary>Bytes of one operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>The least of many measurements: what else happens in the process can only add to one.</returns>
    public static decimal By(Action operation)
    {
        // Where one is, whoever waits goes on on its threads.
        SynchronizationContext.SetSynchronizationContext(null);
        for (var i = 0; i < WarmUp; i++)
        {
            operation();
        }

        var least = long.MaxValue;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Operations; i++)
            {
                operation();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (decimal)least / Operations;
    }

    /// <inheritdoc cref="By(Action)"/>
    /// <exception cref="InvalidOperationException">It waits for something else than <see cref="Steps"/>: the rest of it would be another
    /// thread's.</exception>
    public static decimal By(Func<Task> operation) =>
        By(() =>
        {
            var done = operation();
            while (!done.IsCompleted && Steps.TryEndOne()) { }

            if (!done.IsCompletedSuccessfully)
            {
                throw done.Exception ?? (Exception)new InvalidOperationException("The operation waits for something.");
            }
        });
}
