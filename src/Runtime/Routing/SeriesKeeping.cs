using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>What a connection leaves for the next read of a planned series when it is closed.</summary>
internal readonly struct SeriesKeeping(RoutedConnection connection)
{
    /// <summary>Where the driver's connection is kept. That is done between two reads, on the session's replica, as the reads found
    /// it.</summary>
    /// <returns>Null where it goes back.</returns>
    public SessionLease? Lease() =>
        connection.Lease is { Plan.IsAtEnd: false } lease
        && connection.Use.OpenedFor is { Loss: null } pin
        && connection.Link.Server is { IsPrimary: false, HoldsMoments: false, Pool.IsUsedUp: false } server
        && ReferenceEquals(pin.Server, server)
        && !server.IsGone(connection.Source.Time)
        && !connection.Snapshot.IsTaken
        && connection.Link.IsAsReadsLeaveIt
        && !connection.HasOpenReader
            ? lease
            : null;

    /// <summary>Keeps from the driver that it is to close its connection with a reader. Who is told of closings is told at once, and that
    /// only the driver can do; what the statement itself sets is known when it has run.</summary>
    /// <returns>False where it has to know.</returns>
    public bool TryWithhold()
    {
        if (
            connection.TellsClosing
            || connection.Statement.Settings is not null
            || Lease() is not { } lease
            || !connection.Withheld.TryWithhold(lease, connection.Link)
        )
        {
            return false;
        }

        connection.Source.Leases.Watch(connection.Link.Pooled!.Held);
        return true;
    }

    /// <summary>Nobody but this one has the driver's connection from now on.</summary>
    /// <returns>False where somebody has it already: its reader is closed, and another read goes on on it, or it went back.</returns>
    public bool TakeBack()
    {
        var isOurs = connection.Withheld.TakeBack();
        if (!isOurs)
        {
            connection.Link.Lend();
        }

        return isOurs;
    }

    /// <summary>Gives the driver's connection back, or keeps it.</summary>
    /// <param name="lease">Where; null for nowhere.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    public ValueTask LetGoAsync(SessionLease? lease, bool isAsync)
    {
        var server = connection.Link.Server;
        var pooled = connection.Release();
        connection.Lease = null;
        connection.Link.Forget();
        if (pooled is null)
        {
            return default;
        }

        if (lease is null || !lease.TryKeep(pooled, server!))
        {
            return pooled.DisposeAsync(isAsync);
        }

        connection.Source.Leases.Watch(pooled.Held);
        return default;
    }
}
