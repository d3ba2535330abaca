using System.Diagnostics;

namespace MonotonicReads.Cluster.Tests;

/// <summary>Waits for what comes by itself, for as long as even a busy machine may need.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Asks again and again until it is so.</summary>
    /// <param name="isSo">The question.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="tell">What else the message says; null for nothing.</param>
    /// <exception cref="TimeoutException">It did not come within a minute.</exception>
    public static async Task IsAsync(Func<Task<bool>> isSo, string what, Func<Task<string>>? tell = null)
    {
        for (var started = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(20))
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"A minute went by, and still not: {what}.{(tell is null ? "" : " " + await tell())}");
            }
        }
    }

    /// <summary>Asks again and again until this is the answer.</summary>
    /// <exception cref="TimeoutException">It did not come within a minute; the message has the last one.</exception>
    public static async Task BecomesAsync<T>(T wanted, Func<Task<T>> ask)
    {
        T? last = default;
        await IsAsync(async () => Equals(last = await ask(), wanted), $"{wanted}", () => Task.FromResult($"The last answer was {last}."));
    }

    /// <inheritdoc cref="IsAsync(Func{Task{bool}}, string, Func{Task{string}})"/>
    public static Task IsAsync(Func<bool> isSo, string what) => IsAsync(() => Task.FromResult(isSo()), what);
}
