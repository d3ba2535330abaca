namespace MonotonicReads.Testing;

/// <summary>What was run.</summary>
/// <param name="Assignments">How many assignments.</param>
/// <param name="AreAll">Whether these are all that there are; otherwise each two draws saw every pair of moments.</param>
public sealed record AssignmentSummary(int Assignments, bool AreAll);
