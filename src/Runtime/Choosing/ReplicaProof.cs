using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>What the comparisons of a replica with the primary prove for a session that read on it, where the replica itself cannot be
/// asked.</summary>
internal static class ReplicaProof
{
    private const int FirstIncarnation = 1;

    /// <summary>Whether the primary has all that a session saw on a replica.</summary>
    /// <param name="pin">The session's.</param>
    /// <param name="replica">Where it read last.</param>
    public static bool IsInPrimary(SessionPin pin, RoutedServer replica)
    {
        if (replica.IsPromoted || WasDiverged(pin, replica))
        {
            return false;
        }

        var primary = pin.Source.Primary.Incarnation;
        var compared = ComparedOf(pin, replica);
        return (compared is { Found: Lineage.Same } && compared.PrimaryIncarnation == primary)
            // Nobody was able to compare them; that the primary is the first one that was met is all that is known.
            || (!pin.HasOtherPrimary && (primary <= FirstIncarnation || compared is { Found: Lineage.Untold }));
    }

    /// <summary>What the run of the replica that the session read was last seen to hold; null for nothing. It may have been written to
    /// since it was compared.</summary>
    public static ReplicationPosition? LastHeldBy(SessionPin pin, RoutedServer replica) =>
        replica.Held is { } held && pin.LastIncarnation == replica.Incarnation ? held : null;

    /// <summary>Whether the run of the replica that the session read held what the primary lacked.</summary>
    public static bool WasDiverged(SessionPin pin, RoutedServer replica) => ComparedOf(pin, replica) is { Found: Lineage.Diverged };

    private static Comparison? ComparedOf(SessionPin pin, RoutedServer replica) =>
        replica.Compared is { } compared && compared.Incarnation == pin.LastIncarnation ? compared : null;
}
