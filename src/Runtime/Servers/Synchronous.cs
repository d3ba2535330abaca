namespace MonotonicReads.Servers;

/// <summary>The end of the code that serves synchronous and asynchronous callers with one body.</summary>
internal static class Synchronous
{
    /// <summary>Takes the result of a task that a synchronous caller started; it is completed already.</summary>
    public static void Result(ValueTask task)
    {
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
        }
        else
        {
            // Only a driver whose synchronous methods are asynchronous inside comes here.
            task.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <inheritdoc cref="Result(ValueTask)"/>
    public static T Result<T>(ValueTask<T> task) => task.IsCompleted ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
