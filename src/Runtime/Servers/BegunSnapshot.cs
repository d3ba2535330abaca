namespace MonotonicReads.Servers;

/// <summary>What was begun on a driver's connection for a snapshot, and has to be ended before anybody else gets it.</summary>
/// <param name="Server">Where.</param>
/// <param name="FormerIsolation">The session's isolation level from before, in the words of SET; null where it was not changed.</param>
internal sealed record BegunSnapshot(RoutedServer Server, string? FormerIsolation);
