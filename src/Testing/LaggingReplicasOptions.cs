namespace MonotonicReads.Testing;

/// <summary>How a set of lagging replicas is made.</summary>
public sealed class LaggingReplicasOptions
{
    /// <summary>How many connections of a held replica can be open at once, each with a transaction of its own on the server. At least 1.
    /// Default: 8. Of no meaning on SQLite.</summary>
    public int ConnectionsHeld { get; set; } = 8;

    /// <summary>Whether the connection string gets what EF Core on Pomelo needs. Default: no.</summary>
    public bool ForPomelo { get; set; }

    /// <summary>What sessions do that say nothing of the loss of their replica. Default: <see cref="ReplicaLoss.Primary"/>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>How long a change of a table waits for who reads it.</summary>
    internal int LockWaitSeconds { get; set; } = 20;
}
