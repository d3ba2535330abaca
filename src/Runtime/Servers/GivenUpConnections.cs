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

    /// <summary>Opens a connection of a generation.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    public static async ValueTask<DbConnection> OpenAsync(PoolGeneration generation, bool isAsync, CancellationToken cancellation)
    {
        var source = generation.Source;
        if (generation.Ask is not { } ask)
        {
            return isAsync ? await source.OpenConnectionAsync(cancellation).ConfigureAwait(false) : source.OpenConnection();
        }

        var connection = source.CreateConnection();
        try
        {
            if (isAsync)
            {
                await connection.OpenAsync(cancellation).ConfigureAwait(false);
            }
            else
            {
                connection.Open();
            }

            return connection;
        }
        catch (Exception exception)
            when (connection.State == ConnectionState.Open && !ServerIdentity.HasTold(exception) && generation.TryBeginOpening())
        {
            using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            _ = Task.Run(() => AskAndGoAsync(connection, generation, ask), CancellationToken.None);
            throw;
        }
        catch
        {
            await Letting.GoAsync(connection, silent: null, isAsync).ConfigureAwait(false);
            throw;
        }
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
