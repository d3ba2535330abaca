using MonotonicReads.Choosing;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>The connection's reads on a replica for one session.</summary>
/// <param name="Pin">The session's.</param>
/// <param name="Replica">The replica.</param>
/// <param name="TellsSeen">Whether it is asked what they saw.</param>
/// <param name="Reads">How many.</param>
/// <param name="IsCounted">Whether the session counts the connection; not that of a snapshot which another one took.</param>
internal readonly record struct ReplicaUse(SessionPin Pin, RoutedServer Replica, bool TellsSeen, int Reads, bool IsCounted)
{
    /// <summary>The connection broke.</summary>
    /// <param name="losses">Where the session loses its replica by that; null where it need not be the replica's doing: what is thrown then
    /// tells, and comes by only where a series is run again.</param>
    public void NoteBroken(ReplicaLosses? losses)
    {
        Pin.RunReads?.NoteBroken(Pin);
        losses?.Lose(Pin.Session, Pin, Replica, ReplicaLossReason.ConnectionBroken, exception: null);
    }
}
