namespace MonotonicReads.Testing;

/// <summary>What was run.</summary>
/// <param name="Assignments">How many assignments.</param>
/// <param name="AreAll">Whether these are all that there are; otherwise <see cref="AssignmentOptions.MaxAssignments"/> was
/// reached.</param>
public sealed record AssignmentSummary(int Assignments, bool AreAll)
{
    /// <summary>How many times a replica was drawn, in the run that drew most. None: the unit of work read on the primary alone, so that
    /// lagging replicas are nothing to it, and it was run once.</summary>
    public int Draws { get; init; }
}
