namespace MonotonicReads.Servers;

/// <summary>What a comparison of a replica with the primary found.</summary>
/// <param name="Incarnation">The run of the replica.</param>
/// <param name="PrimaryIncarnation">The run of the primary.</param>
/// <param name="Found">The finding.</param>
/// <param name="At">The clock's timestamp.</param>
internal sealed record Comparison(int Incarnation, int PrimaryIncarnation, Lineage Found, long At)
{
    /// <summary>Whether it is about these runs.</summary>
    public bool IsOf(int incarnation, int primaryIncarnation) => Incarnation == incarnation && PrimaryIncarnation == primaryIncarnation;
}

/// <summary>How a replica's history stands to the primary's.</summary>
internal enum Lineage
{
    /// <summary>The servers do not tell what they hold.</summary>
    Untold,

    /// <summary>The primary has all that the replica held.</summary>
    Same,

    /// <summary>The replica holds something that the primary lacks.</summary>
    Diverged,
}
