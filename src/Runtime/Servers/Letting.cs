using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>Lets go of the driver's connections, of one that is still in use only when the driver has given up on it.</summary>
internal static class Letting
{
    /// <param name="connection">The connection; null for none.</param>
    /// <param name="silent">The question on it that got no answer; null where nothing runs on it.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    public static async ValueTask GoAsync(DbConnection? connection, SilentServerException? silent, bool isAsync)
    {
        if (connection is null)
        {
            return;
        }

        if (silent is not null)
        {
            GoWhenGivenUp(connection, silent);
        }
        else if (isAsync)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            connection.Dispose();
        }
    }

    private static void GoWhenGivenUp(DbConnection connection, SilentServerException silent) =>
        _ = silent.Pending.ContinueWith(
            static (_, state) => ((DbConnection)state!).Dispose(),
            connection,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default
        );
}
