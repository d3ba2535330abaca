namespace MonotonicReads;

/// <summary>Something in the servers' settings that the promises of read sessions do not survive.</summary>
/// <param name="Id">Stable: MRT001 and so on; docs/topology.md has them all.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Server">The server's name.</param>
/// <param name="Message">What is so, and what it breaks.</param>
/// <param name="Remedy">What to do.</param>
public sealed record TopologyFinding(string Id, TopologySeverity Severity, string Server, string Message, string Remedy)
{
    /// <summary>The privileges that the connection's user lacks on the server, as GRANT names them on this kind and version; empty for a
    /// finding of another kind.</summary>
    public IReadOnlyList<string> MissingGrants { get; init; } = [];

    /// <summary>One statement that mends it, for an administrator to copy; null where no single statement does. It runs on the server of
    /// the finding, a <c>GRANT</c> or <c>REVOKE</c> on the primary, from where replicas get it.</summary>
    public string? Statement { get; init; }

    /// <summary>Everything in one line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Id} {Severity.ToString().ToLowerInvariant()}: '{Server}' {Message} {Remedy}";
}

/// <summary>How much a <see cref="TopologyFinding"/> matters.</summary>
public enum TopologySeverity
{
    /// <summary>A promise holds less far than it could.</summary>
    Warning,

    /// <summary>A promise does not hold.</summary>
    Error,
}

/// <summary>The servers are set up so that read sessions cannot keep their promises.</summary>
public sealed class TopologyException : Exception
{
    internal TopologyException(IReadOnlyList<TopologyFinding> findings)
        : base(
            "The replication topology breaks what read sessions promise:" + Environment.NewLine + string.Join(Environment.NewLine, findings)
        ) => Findings = findings;

    /// <summary>All findings, those that are warnings too.</summary>
    public IReadOnlyList<TopologyFinding> Findings { get; }
}
