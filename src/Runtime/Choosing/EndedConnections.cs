using System.Data;
using System.Data.Common;
using System.Globalization;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;
using MySqlConnector;

namespace MonotonicReads.Choosing;

/// <summary>Asks a server which of its connections it has ended: the driver keeps one on which the server said goodbye in the middle of
/// rows, and shows nothing of it.</summary>
/// <param name="source">The data source of the server.</param>
internal sealed class EndedConnections(ISessionSource source)
{
    /// <summary>The server's id of a connection; null where it has none, or is not open.</summary>
    public static int? IdOf(DbConnection connection) =>
        connection is MySqlConnection { State: ConnectionState.Open } mysql ? mysql.ServerThread : null;

    /// <inheritdoc cref="ISessionSource.HasEndedAnyAsync"/>
    public async ValueTask<bool> AreAmongAsync(
        RoutedServer server,
        IReadOnlyCollection<int> connections,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        try
        {
            var living = await LivingAsync(server, isAsync, cancellation).ConfigureAwait(false);
            return living is not null && connections.Any(id => !living.Contains(id));
        }
        catch (Exception exception)
            when (exception is TimeoutException or SilentServerException or OutdatedConnectionException
                || (source.IsServerFailure(exception) && !ServerAnswer.IsRefusal(exception))
            )
        {
            // It is gone, or another one is in its place; unless there was no connection to ask it on.
            return !cancellation.IsCancellationRequested && !server.Pool.IsFull;
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or OperationCanceledException)
        {
            // It is not known. What the caller gets instead is what it was about to get.
            return false;
        }
    }

    // Null where the answer is not to be trusted.
    private async ValueTask<HashSet<int>?> LivingAsync(RoutedServer server, bool isAsync, CancellationToken cancellation)
    {
        SilentServerException? silent = null;
        var connection = await BoundedOpening
            .OpenAsync(server, BoundedOpening.Patience, source.Time, isAsync, cancellation)
            .ConfigureAwait(false);
        try
        {
            var questions = new ServerQuestions(server, connection, source.Time, isAsync, cancellation);
            var living = Living(await questions.AskAsync("SHOW PROCESSLIST", BoundedOpening.Patience).ConfigureAwait(false));

            // Its own is in every true answer.
            return IdOf(connection) is { } own && living.Contains(own) ? living : null;
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            throw;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync).ConfigureAwait(false);
        }
    }

    // One that was told to end says so until it has.
    private static HashSet<int> Living(List<Cell> answer)
    {
        var (living, last) = (new HashSet<int>(), 0);
        foreach (var (name, value) in answer)
        {
            if (name.Equals("Id", StringComparison.OrdinalIgnoreCase))
            {
                last = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
                living.Add(last);
            }
            else if (name.Equals("Command", StringComparison.OrdinalIgnoreCase) && value == "Killed")
            {
                living.Remove(last);
            }
        }

        return living;
    }
}
