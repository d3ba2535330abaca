using MonotonicReads.Proxies;
using MonotonicReads.Servers;

namespace MonotonicReads.Routing;

/// <summary>Takes an open connection to another server; the session learns first what was seen and written where it was.</summary>
internal readonly struct ConnectionMove(RoutedConnection connection)
{
    private RoutedSource Source => connection.Source;

    /// <summary>Leaves the server where the connection is, and opens on another; or on the same one again, where what it has leads
    /// elsewhere by now.</summary>
    public async ValueTask ToAsync(RoutedServer target, bool isAsync, CancellationToken cancellation)
    {
        if (connection.Link.Driver is not null)
        {
            connection.ThrowIfUnableToMove(target);
        }

        if (Source.Proxy is { } proxy)
        {
            await TurnToAsync(proxy, target, isAsync, cancellation).ConfigureAwait(false);
            return;
        }

        var pooled = await connection.Link.ConnectAlikeAsync(target, isAsync, cancellation).ConfigureAwait(false);
        var openedFor = connection.Use.OpenedFor;
        var isTaken = false;
        try
        {
            await LeaveAsync(isAsync).ConfigureAwait(false);
            connection.Link.Take(pooled, target);
            connection.Use.OpenFor(openedFor);
            isTaken = true;
        }
        finally
        {
            if (!isTaken)
            {
                // Nobody else has it.
                await pooled.DisposeAsync(isAsync).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask LeaveAsync(bool isAsync)
    {
        if (connection.Link.Driver is { } driver)
        {
            await connection.LearnAsync(driver, isAsync).ConfigureAwait(false);
        }

        if (connection.Release() is { } left)
        {
            await left.DisposeAsync(isAsync).ConfigureAwait(false);
        }
    }

    // Only the address in the statements changes.
    private async ValueTask TurnToAsync(ProxyRoute proxy, RoutedServer target, bool isAsync, CancellationToken cancellation)
    {
        await ConnectToAsync(proxy, isAsync, cancellation).ConfigureAwait(false);
        try
        {
            // There is no other primary.
            var questions = new ServerQuestions(target, connection.Driver, Source.Time, isAsync, cancellation)
            {
                IsPatient = target.IsPrimary,
            };
            await target.MeetAsync(questions).ConfigureAwait(false);
        }
        catch (SilentServerException silent)
        {
            connection.Abandon(silent);
            throw;
        }

        await connection.LearnAsync(connection.Driver, isAsync).ConfigureAwait(false);
        await ConnectToAsync(proxy, isAsync, cancellation).ConfigureAwait(false);
        connection.Link.TurnTo(target);
    }

    // There is no connection any more where a server did not answer on it.
    private async ValueTask ConnectToAsync(ProxyRoute proxy, bool isAsync, CancellationToken cancellation)
    {
        if (connection.Link.Driver is null)
        {
            connection.Link.Take(
                await connection.Link.ConnectAlikeAsync(proxy.Anywhere, isAsync, cancellation).ConfigureAwait(false),
                proxy.Anywhere
            );
        }
    }
}
