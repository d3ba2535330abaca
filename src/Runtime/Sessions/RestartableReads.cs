using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads;

/// <summary>
/// Runs a series of reads in a read session, and where the session loses its replica in the middle once more in a new one. Generated
/// wrappers call this for <see cref="ReplicaLoss.Restart"/>; it serves code without a wrapper as well.
/// </summary>
/// <remarks>
/// <para>What runs must only read, and it may run up to three times. A call is not run again once its session has sent anything but
/// plain reads or has made a token, once it is cancelled, or when it began longer than 10 s ago: the exception reaches the caller. The
/// new session has an UUID of its own (with a key the same one) and does not read on the replica that was lost. What the last run does
/// is <see cref="ReplicaLoss.Primary"/>.</para>
/// <para>Inside a running session the call joins that one and runs once: what the session saw cannot be taken back. Only the outermost
/// call, which began the session, can be run again.</para>
/// </remarks>
public static class RestartableReads
{
    /// <summary>Runs reads in a session.</summary>
    /// <typeparam name="T">What they come to.</typeparam>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="options">The other policies.</param>
    /// <param name="read">The reads; complete when the task is. Runs again from its beginning.</param>
    /// <param name="cancellationToken">Once cancelled nothing is run again; <paramref name="read"/> looks after its own reads.</param>
    /// <returns>What <paramref name="read"/> returned in the session that lasted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The options ask for another policy than <see cref="ReplicaLoss.Restart"/>, or the level opens
    /// no session.</exception>
    /// <exception cref="ReplicaLostException">The replica was lost, and nothing may be run again.</exception>
    public static Task<T> RunAsync<T>(
        ReadConsistency consistency,
        ReadSessionOptions options,
        Func<Task<T>> read,
        CancellationToken cancellationToken
    ) => RunAsync(SeriesRuns.Of(consistency, options, id: null), read, cancellationToken);

    /// <summary>Runs reads in a session from a key.</summary>
    /// <typeparam name="T">What they come to.</typeparam>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="key">What identifies the unit of work; see <see cref="SessionKey"/>.</param>
    /// <param name="options">The other policies.</param>
    /// <param name="read">The reads; complete when the task is. Runs again from its beginning.</param>
    /// <param name="cancellationToken">Once cancelled nothing is run again; <paramref name="read"/> looks after its own reads.</param>
    /// <returns>What <paramref name="read"/> returned in the session that lasted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The options ask for another policy than <see cref="ReplicaLoss.Restart"/>, or the level opens
    /// no session.</exception>
    /// <exception cref="ReplicaLostException">The replica was lost, and nothing may be run again.</exception>
    public static Task<T> RunAsync<T>(
        ReadConsistency consistency,
        string key,
        ReadSessionOptions options,
        Func<Task<T>> read,
        CancellationToken cancellationToken
    ) => RunAsync(SeriesRuns.Of(consistency, options, SessionKey.ToGuid(key)), read, cancellationToken);

    /// <summary>Runs reads in a session, while the caller waits.</summary>
    /// <typeparam name="T">What they come to.</typeparam>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="options">The other policies.</param>
    /// <param name="read">The reads; complete when it returns. Runs again from its beginning.</param>
    /// <param name="cancellationToken">Once cancelled nothing is run again; <paramref name="read"/> looks after its own reads.</param>
    /// <returns>What <paramref name="read"/> returned in the session that lasted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The options ask for another policy than <see cref="ReplicaLoss.Restart"/>, or the level opens
    /// no session.</exception>
    /// <exception cref="ReplicaLostException">The replica was lost, and nothing may be run again.</exception>
    public static T Run<T>(ReadConsistency consistency, ReadSessionOptions options, Func<T> read, CancellationToken cancellationToken) =>
        Run(SeriesRuns.Of(consistency, options, id: null), read, cancellationToken);

    /// <summary>Runs reads in a session from a key, while the caller waits.</summary>
    /// <typeparam name="T">What they come to.</typeparam>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="key">What identifies the unit of work; see <see cref="SessionKey"/>.</param>
    /// <param name="options">The other policies.</param>
    /// <param name="read">The reads; complete when it returns. Runs again from its beginning.</param>
    /// <param name="cancellationToken">Once cancelled nothing is run again; <paramref name="read"/> looks after its own reads.</param>
    /// <returns>What <paramref name="read"/> returned in the session that lasted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The options ask for another policy than <see cref="ReplicaLoss.Restart"/>, or the level opens
    /// no session.</exception>
    /// <exception cref="ReplicaLostException">The replica was lost, and nothing may be run again.</exception>
    public static T Run<T>(
        ReadConsistency consistency,
        string key,
        ReadSessionOptions options,
        Func<T> read,
        CancellationToken cancellationToken
    ) => Run(SeriesRuns.Of(consistency, options, SessionKey.ToGuid(key)), read, cancellationToken);

    internal static async Task<T> RunAsync<T>(SeriesRuns runs, Func<Task<T>> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        while (true)
        {
            using var session = runs.Begin();
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                if (!await runs.TryRunAgainAsync(session, exception, isAsync: true, cancellation).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }

    // No exception filter: it would look before the connections of the reads are closed.
    internal static T Run<T>(SeriesRuns runs, Func<T> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        while (true)
        {
            using var session = runs.Begin();
            try
            {
                return read();
            }
            catch (Exception exception)
            {
                if (!Synchronous.Result(runs.TryRunAgainAsync(session, exception, isAsync: false, cancellation)))
                {
                    throw;
                }
            }
            finally
            {
                runs.Leave();
            }
        }
    }
}
