using System.Data;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>A connection that was kept open between two reads of a series may be dead, and nobody knows before it is used.</summary>
internal readonly struct KeptConnection(RoutedConnection connection)
{
    /// <summary>Whether a plain read failed because the connection that was kept for it had died: nothing of it was seen, and it may run
    /// elsewhere, once; so may what sets something of the connection's session, or asks what was left there, alone. Another statement runs
    /// on no kept connection.</summary>
    /// <param name="exception">What came instead of an answer.</param>
    /// <param name="isFarewell">Whether the server said that it closes the connection; the driver may not know then.</param>
    public bool WasDead(Exception exception, bool isFarewell) =>
        connection.Link is { IsUntried: true, Server.IsPrimary: false, Driver: { } driver }
        && (isFarewell || (driver.State != ConnectionState.Open && !connection.IsClosedByReader))
        && (connection.Statement.StaysHere || connection.Use.Reads is { Reads: 1 })
        && exception is not OperationCanceledException;

    /// <summary>Leaves it, if <see cref="WasDead"/> was said of it; the next routing opens another.</summary>
    /// <param name="returnsData">Whether what failed counts as a read; it is counted again where it runs.</param>
    public void Leave(bool returnsData)
    {
        if (connection.Link.IsUntried && connection.Statement.StaysHere)
        {
            LeaveUnread();
        }
        else if (connection.Link.IsUntried && connection.Use.Reads is { } reads)
        {
            if (reads.Replica.Protocol is null)
            {
                // Nothing else tells whether the next connection leads to the same run of the server.
                connection.Source.Losses.Lose(
                    reads.Pin.Session,
                    reads.Pin,
                    reads.Replica,
                    ReplicaLossReason.ConnectionBroken,
                    exception: null
                );
            }

            if (returnsData)
            {
                reads.Pin.Count(-1, AmbientSession.Live);
            }

            connection.Use.TakeBackRead(reads);
            connection.Abandon(silent: null);
            connection.RunAgain();
        }
    }

    private void LeaveUnread()
    {
        if (connection.Link.Server is { Protocol: null } replica && connection.Use.OpenedFor is { } pin)
        {
            connection.Source.Losses.Lose(pin.Session, pin, replica, ReplicaLossReason.ConnectionBroken, exception: null);
        }

        connection.Abandon(silent: null);
        connection.RunAgain();
    }
}
