using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>A question to a server on a connection of its own, which goes back to the pool.</summary>
internal static class AskedServer
{
    /// <summary>Asks a server, of whatever run it is.</summary>
    /// <param name="source">The data source.</param>
    /// <param name="server">The server; its first connection introduces it.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the opening and the question.</param>
    /// <returns>The answer, and the run of the server that gave it.</returns>
    /// <exception cref="OutdatedConnectionException">The address leads elsewhere by now.</exception>
    public static async ValueTask<(T Answer, int Incarnation)> AskAsync<T>(
        ISessionSource source,
        RoutedServer server,
        Func<RoutedServer, ServerQuestions, ValueTask<T>> ask,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        SilentServerException? silent = null;
        var (connection, generation) = await BoundedOpening
            .OpenOfAsync(server, BoundedOpening.Patience, source.Time, isAsync, cancellation)
            .ConfigureAwait(false);
        try
        {
            var questions = new ServerQuestions(server, connection, source.Time, isAsync, cancellation);
            await server.MeetAsync(questions).ConfigureAwait(false);
            var incarnation = server.Incarnation;
            var answer = await ask(server, questions).ConfigureAwait(false);
            return generation.IsCurrent ? (answer, incarnation) : throw new OutdatedConnectionException();
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
}
