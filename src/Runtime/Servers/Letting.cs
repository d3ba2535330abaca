using System.Data;
using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>Lets go of the driver's connections, of one that is still in use only when the driver has given up on it.</summary>
internal static class Letting
{
    /// <summary>Whether the next one who gets the connection of the pool gets it as it is (<c>ConnectionReset=False</c>).</summary>
    public static bool ReturnsAsItIs(DbConnection connection) =>
        connection is MySqlConnection && !new MySqlConnectionStringBuilder(connection.ConnectionString).ConnectionReset;

    /// <summary>The database that has to be chosen on a connection, lest the driver give it to anybody else: one on which that was done it
    /// drops when it is given back. It is the one that it has; without any, one where there is nothing to be hit by mistake.</summary>
    public static string KeptOut(DbConnection connection) =>
        connection.Database is { Length: > 0 } database ? database : "information_schema";

    /// <summary>What the user of a connection may do on the whole server was fixed when it logged in. Whoever gets a connection of the pool
    /// next, on which that was not enough, shall see what has been granted since.</summary>
    /// <param name="connection">The connection; ours, or one that has a database, which does not change.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    public static async ValueTask LogInAgainAsync(DbConnection connection, bool isAsync)
    {
        try
        {
            // Where a database was chosen the driver logs in again before it gives the connection to anybody.
            var database = KeptOut(connection);
            if (isAsync)
            {
                await connection.ChangeDatabaseAsync(database).ConfigureAwait(false);
            }
            else
            {
                connection.ChangeDatabase(database);
            }
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException)
        {
            // It remains as it is. The denial is what is told.
        }
    }

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

    /// <summary>
    /// Lets go of a connection on which a transaction of ours may be open, once the server has said that it has ended, or the connection
    /// broke: the pool need not reset it (<c>ConnectionReset=False</c>), and whoever gets it next would read in that transaction.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="begun">What was begun on it.</param>
    /// <param name="silent">The question on it that got no answer; null where nothing runs on it.</param>
    public static ValueTask GoWhenEnded(DbConnection connection, BegunSnapshot begun, SilentServerException? silent)
    {
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(() => EndAndGoAsync(connection, begun, silent?.Pending ?? Task.CompletedTask));
        return default;
    }

    private static async Task EndAndGoAsync(DbConnection connection, BegunSnapshot begun, Task pending)
    {
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (
            var pause = TimeSpan.FromMilliseconds(100);
            connection.State == ConnectionState.Open && !await TryEndAsync(connection, begun).ConfigureAwait(false);
            pause = pause < LongestPause ? pause * 2 : pause
        )
        {
            await Task.Delay(pause).ConfigureAwait(false);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    // The driver drops a connection that broke. One that is open still is out of the pool until the server has answered.
    private static async Task<bool> TryEndAsync(DbConnection connection, BegunSnapshot begun)
    {
        try
        {
            var questions = new ServerQuestions(begun.Server, connection, TimeProvider.System, isAsync: true, CancellationToken.None);
            await ServerProtocol.EndSnapshotAsync(questions, begun.FormerIsolation).ConfigureAwait(false);
            return true;
        }
        catch (SilentServerException silent)
        {
            await silent.Pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return silent.Pending.Exception?.InnerException is { } drivers && begun.Server.Address?.IsUnreached(drivers) == true;
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException)
        {
            // A proxy that has to look for the server first holds nothing open on it.
            return begun.Server.Address?.IsUnreached(exception) == true;
        }
    }

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private static void GoWhenGivenUp(DbConnection connection, SilentServerException silent) =>
        _ = silent.Pending.ContinueWith(
            static (_, state) => ((DbConnection)state!).Dispose(),
            connection,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default
        );
}
