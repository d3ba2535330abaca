using System.Diagnostics;

namespace MonotonicReads.Cluster.Tests;

/// <summary>Waits for what comes by itself, for as long as even a busy machine may need.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Asks again and again until it is so.</summary>
    /// <param name="isSo">The question.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <exception cref="TimeoutException">It did not come within a minute.</exception>
    public static async Task IsAsync(Func<Task<bool>> isSo, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(20))
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"A minute went by, and still not: {what}.");
            }
        }
    }

    /// <inheritdoc cref="IsAsync(Func{Task{bool}}, string)"/>
    public static Task IsAsync(Func<bool> isSo, string what) => IsAsync(() => Task.FromResult(isSo()), what);
}
