namespace MonotonicReads;

/// <summary>Where one read of a session was sent.</summary>
/// <param name="Server">The server's name, "primary" for the primary.</param>
/// <param name="Consistency">What the read asked for.</param>
public sealed record RoutingDecision(string Server, ReadConsistency Consistency);
