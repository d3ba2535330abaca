using System.Data;
using System.Data.Common;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>Hands the driver's connection out, on which anything can be done.</summary>
internal readonly struct DriverSharing(RoutedConnection connection)
{
    /// <summary>Hands it out.</summary>
    /// <exception cref="InvalidOperationException">The connection is closed; or as of <see cref="Note"/>.</exception>
    /// <exception cref="ReplicaLostException">As of <see cref="Note"/>.</exception>
    public DbConnection Share()
    {
        Note();
        connection.Withheld.Share();
        return connection.IsClosing || (connection.Withheld.IsWithheld && connection.State != ConnectionState.Open)
            ? throw connection.NotOpen()
            : connection.Link.Share() ?? throw connection.NotOpen();
    }

    /// <summary>Tells the session that something of its may be done on the driver's connection, which others have from now on.</summary>
    /// <exception cref="InvalidOperationException">It may not be: the session does not read there.</exception>
    /// <exception cref="ReplicaLostException">It may not be: the server is the primary no more.</exception>
    public void Note()
    {
        var (link, source) = (connection.Link, connection.Source);
        var isNoted = !connection.Snapshot.IsTaken && (link.Server is { IsPrimary: true } || source.Proxy is not null);
        (isNoted ? AmbientSession.Run : null)?.Note();
        if (!connection.Snapshot.IsTaken && link.Server is { } server && AmbientSession.Live is { } session)
        {
            connection.Use.Share(server, session, () => link.IsOutdated);
        }
    }
}
