using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>
/// Where autocommit is off a connection's first read begins a transaction, and under REPEATABLE READ all later ones show its moment,
/// whatever was waited for since. A session's read leaves that moment first.
/// </summary>
internal readonly struct HeldMoment(RoutedConnection connection)
{
    /// <summary>Whether the statement would show a moment that an earlier read of ours fixed. A transaction in which the caller did more
    /// than to read is his; on a replica there is none.</summary>
    public bool IsInTheWayOf(in Statement statement) =>
        connection.Link is { HoldsMoment: true, Server: { } server } link
        && statement is { IsPlainRead: true, BeginsTransaction: false, StaysHere: false, MayNotMove: false }
        && !(server.IsPrimary && link.MayBeCallersTransaction)
        && !connection.Snapshot.IsTaken
        && !connection.HasOpenReader
        && AmbientSession.Live is not null;

    /// <summary>Leaves it.</summary>
    public async ValueTask LeaveAsync(bool isAsync, CancellationToken cancellation)
    {
        await ServerProtocol.EndMomentAsync(connection.Ask(isAsync, cancellation)).ConfigureAwait(false);
        connection.Link.LeftMoment();
    }
}
