using System.Data;
using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>
/// Opens connections for questions of our own. The driver's time limit is made for callers who have nothing else to do; a
/// question to a server that stopped must end sooner.
/// </summary>
internal static class BoundedOpening
{
    /// <summary>How long a question that holds up a read may wait for its connection.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Opens a connection of a server's pool.</summary>
    /// <param name="server">The server.</param>
    /// <param name="deadline">For asynchronous callers; a synchronous one waits as long as the driver does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="TimeoutException">The deadline has passed. What the driver opens then is closed.</exception>
    public static async ValueTask<DbConnection> OpenAsync(
        RoutedServer server,
        TimeSpan deadline,
        TimeProvider time,
        bool isAsync,
        CancellationToken cancellation
    ) => (await OpenOfAsync(server, deadline, time, isAsync, cancellation).ConfigureAwait(false)).Connection;

    /// <inheritdoc cref="OpenAsync"/>
    /// <returns>The connection, and the generation of the pool that it is of.</returns>
    public static async ValueTask<(DbConnection Connection, PoolGeneration Generation)> OpenOfAsync(
        RoutedServer server,
        TimeSpan deadline,
        TimeProvider time,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        // A question of ours is no part of the caller's transaction.
        using var without = OutsideTransactions.Begin();
        var opened = CountedAsync(server.Pool, isAsync, cancellation);
        if (!isAsync)
        {
            return await opened.ConfigureAwait(false);
        }

        return await InTimeAsync(opened.AsTask(), static done => done.Connection.Dispose(), deadline, time, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Opens a connection that is of no pool, for a question that must not wait for one of a pool's.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="deadline">How long that may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="TimeoutException">The deadline has passed. What the driver opens then is closed.</exception>
    public static async ValueTask<DbConnection> OpenAloneAsync(
        Func<CancellationToken, Task<DbConnection>> open,
        TimeSpan deadline,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        using var without = OutsideTransactions.Begin();
        return await InTimeAsync(open(cancellation), static late => late.Dispose(), deadline, time, cancellation).ConfigureAwait(false);
    }

    private static async Task<T> InTimeAsync<T>(
        Task<T> opening,
        Action<T> close,
        TimeSpan deadline,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        try
        {
            return await opening.WaitAsync(deadline, time, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is TimeoutException && await LateAnswers.HasComeAsync(opening, time, cancellation).ConfigureAwait(false))
            {
                return await opening.ConfigureAwait(false);
            }

            // The driver may be waiting still.
            _ = opening.ContinueWith(
                done => close(done.Result),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default
            );
            _ = opening.ContinueWith(
                static failed => failed.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );

            // In one moment with the deadline: who has given up is told that.
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    // One of the pool's is in use until it is closed.
    private static async ValueTask<(DbConnection Connection, PoolGeneration Generation)> CountedAsync(
        ConnectionPool pool,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var pooled = await pool.ConnectAsync(isAsync, cancellation).ConfigureAwait(false);
        pooled.Connection.StateChange += (_, change) => LeaveIfClosed(change.CurrentState);
        LeaveIfClosed(pooled.Connection.State);
        return (pooled.Connection, pooled.Generation);

        void LeaveIfClosed(ConnectionState state)
        {
            if (state == ConnectionState.Closed)
            {
                pooled.NoteClosed();
            }
        }
    }
}
