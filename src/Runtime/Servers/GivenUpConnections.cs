using System.Data;
using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>
/// Connections whose opening was given up when the driver had them open: it would pool them, and hand them out as old ones that nobody has
/// asked where they lead. They are kept out of the pool until they have told.
/// </summary>
internal static class GivenUpConnections
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Lets go of a connection that did not open, or was given up.</summary>
    /// <param name="connection">The connection; null for none.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="exception">What its opening ended with.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    public static ValueTask LeaveAsync(DbConnection? connection, PoolGeneration generation, Exception exception, bool isAsync)
    {
        if (
            connection is { State: ConnectionState.Open }
            && generation.Ask is { } ask
            && !ServerIdentity.HasTold(exception)
            && generation.TryBeginOpening()
        )
        {
            using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            _ = Task.Run(() => AskAndGoAsync(connection, generation, ask), CancellationToken.None);
            return default;
        }

        return Letting.GoAsync(connection, silent: null, isAsync);
    }

    private static async Task AskAndGoAsync(DbConnection connection, PoolGeneration generation, Func<DbConnection, ValueTask> ask)
    {
        try
        {
            for (
                var pause = FirstPause;
                connection.State == ConnectionState.Open
                    && generation.IsCurrent
                    && !await TryAskAsync(connection, ask).ConfigureAwait(false);
                pause = pause < LongestPause ? pause * 2 : pause
            )
            {
                await Task.Delay(pause).ConfigureAwait(false);
            }

            await connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            generation.EndOpening();
        }
    }

    // The driver drops one that broke meanwhile.
    private static async Task<bool> TryAskAsync(DbConnection connection, Func<DbConnection, ValueTask> ask)
    {
        try
        {
            await ask(connection).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (ServerIdentity.HasTold(exception))
        {
            return true;
        }
        catch (Exception exception)
            when (exception is DbException or InvalidOperationException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
