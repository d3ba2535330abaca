namespace MonotonicReads.Servers;

/// <summary>Servers that answer late: which are busy, and which are lost.</summary>
internal static class LateAnswers
{
    // A server that answers a moment after a short wait is not lost, neither to the session nor to all new ones.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500);

    /// <summary>What a stopped server may cost beyond a deadline.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a server may take to answer that waits for something on our behalf.</summary>
    /// <param name="wait">How long it is to wait.</param>
    /// <param name="left">How long the session may wait.</param>
    public static TimeSpan PatienceWith(TimeSpan wait, TimeSpan left)
    {
        var longer = wait > left ? wait : left;
        return longer > Least ? longer : Least;
    }

    /// <summary>
    /// Waits a moment more, so that what is on its way is not thrown away. The moment begins when the deadline was noticed: a process
    /// that itself stood still until then, in a collection or with all its threads in use, has to read first what has come meanwhile,
    /// and would have lost all of its servers at once.
    /// </summary>
    /// <param name="work">What the server does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Whether it is done by now, well or badly.</returns>
    public static async Task<bool> HasComeAsync(Task work, TimeProvider time, CancellationToken cancellation)
    {
        await work.WaitAsync(Grace, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return work.IsCompleted;
    }
}
