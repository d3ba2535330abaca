namespace MonotonicReads;

/// <summary>What is known of a server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPrimary">Whether it takes the writes.</param>
public sealed record ServerState(string Name, bool IsPrimary)
{
    /// <summary>Its share of new sessions; 0 for the primary and for a replica that drains.</summary>
    public int Weight { get; init; }

    /// <summary>Whether it answers.</summary>
    public ServerHealth Health { get; init; }

    /// <summary>Whether it is kept out of new draws: it is down, or lags too far.</summary>
    public bool IsKeptOut { get; init; }

    /// <summary>Whether it is known to hold what the primary lacks; it takes no new sessions then.</summary>
    public bool IsDiverged { get; init; }

    /// <summary>How far it is behind the primary; null where that is not known, as while it does not replicate, and on the
    /// primary.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Whether it gets what the primary writes.</summary>
    public ReplicationState Replication { get; init; }

    /// <summary>What keeps it from that, or why nobody knows how far behind it is; null where nothing does. Of an error of the server's
    /// the number and what it means, without the server's own text, which may have rows and addresses in it.</summary>
    public string? ReplicationProblem { get; init; }

    /// <summary>The server's own text of it; null where there is none.</summary>
    internal string? ReplicationText { get; init; }

    /// <summary>Whether it refuses to say whether it replicates.</summary>
    internal bool RefusesToTell { get; init; }

    /// <summary>Whether it applies all that it receives.</summary>
    internal bool AppliesAll { get; init; }

    /// <summary>What it had applied when it was last looked at; null where that is not known.</summary>
    public ReplicationPosition? Position { get; init; }

    /// <summary>Its server id and UUID, as it names them; null where they are not known.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether it refuses writes; null where that is not known.</summary>
    public bool? IsReadOnly { get; init; }

    /// <summary>When it was last looked at; null for never.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Why the last look failed; null where it did not.</summary>
    public string? Error { get; init; }

    internal static ServerState Unknown(string name, bool isPrimary) => new(name, isPrimary);
}

/// <summary>Whether a server answers.</summary>
public enum ServerHealth
{
    /// <summary>It was not looked at.</summary>
    Unknown,

    /// <summary>It answers.</summary>
    Up,

    /// <summary>It has not answered several times in a row.</summary>
    Down,
}
