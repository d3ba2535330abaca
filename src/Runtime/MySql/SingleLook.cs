using System.Data.Common;
using MonotonicReads.Monitoring;
using MonotonicReads.Routing;
using MonotonicReads.Servers;

namespace MonotonicReads.MySql;

/// <summary>Looks at servers that nobody watches.</summary>
/// <param name="source">The data source.</param>
/// <param name="timeout">How long a server may take for each answer.</param>
/// <param name="openAlone">Opens a connection past a server's pool.</param>
internal sealed class SingleLook(RoutedSource source, TimeSpan timeout, Func<RoutedServer, CancellationToken, Task<DbConnection>> openAlone)
{
    /// <summary>Asks a server that can be asked; of another it is said whether a connection opens.</summary>
    /// <param name="server">The server.</param>
    /// <param name="known">What is known of it without asking.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async Task<ServerState> AtAsync(RoutedServer server, ServerState known, CancellationToken cancellation)
    {
        var now = source.Time.GetUtcNow();
        var watch = new Watch(server, new LagRule(most: null, isByHeartbeat: false, source.Time));
        await using var registration = cancellation
            .Register(static state => ((Watch)state!).Stopping.Cancel(), watch)
            .ConfigureAwait(false);
        try
        {
            var seen = server.Introduction is null ? known : await Look().AskAsync(watch).ConfigureAwait(false);
            if (server.Introduction is null)
            {
                await OpenAsync(server, cancellation).ConfigureAwait(false);
            }

            return seen with
            {
                Weight = known.Weight,
                IsDiverged = known.IsDiverged,
                Health = ServerHealth.Up,
                CheckedAt = now,
            };
        }
        catch (Exception exception)
            when (!cancellation.IsCancellationRequested
                && (exception is DbException or TimeoutException or InvalidOperationException || source.IsServerFailure(exception))
            )
        {
            return known with { CheckedAt = now, Error = exception.GetType().Name + ": " + exception.Message };
        }
    }

    private ServerLook Look() =>
        new(source.Primary, source.Divergence, source.Progress, source.Age, source.Time, heartbeatQuery: null, timeout, openAlone);

    private async Task OpenAsync(RoutedServer server, CancellationToken cancellation)
    {
        var connection = await BoundedOpening.OpenAsync(server, timeout, source.Time, isAsync: true, cancellation).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
