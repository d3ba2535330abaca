namespace MonotonicReads.Servers;

/// <summary>What a comparison of a replica with the primary found.</summary>
/// <param name="Incarnation">The run of the replica.</param>
/// <param name="PrimaryIncarnation">The run of the primary.</param>
/// <param name="Found">The finding.</param>
internal sealed record Comparison(int Incarnation, int PrimaryIncarnation, Lineage Found)
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

/// <summary>When a replica was last compared, or was to be and a server did not answer.</summary>
/// <param name="At">The clock's timestamp.</param>
/// <param name="HasFailed">Whether nothing was found that is about the servers of now.</param>
internal sealed record ComparisonTry(long At, bool HasFailed);
