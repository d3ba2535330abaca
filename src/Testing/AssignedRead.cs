namespace MonotonicReads.Testing;

/// <summary>A statement of a run: where it was sent, and what it saw there.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Saw">The first row that it saw, and how many more there were; null where it was not asked again.</param>
internal sealed record AssignedRead(SentStatement Statement, string? Saw);
