namespace MonotonicReads;

/// <summary>Whether a replica gets what its source writes.</summary>
public enum ReplicationState
{
    /// <summary>Nobody has asked, or the server did not tell.</summary>
    Unknown,

    /// <summary>It receives and applies.</summary>
    Running,

    /// <summary>Its receiver (IO thread) has no connection to its source and tries again.</summary>
    Connecting,

    /// <summary>Its receiver or its applier (SQL thread) was stopped.</summary>
    Stopped,

    /// <summary>Its receiver or its applier ended with an error.</summary>
    Failed,

    /// <summary>It follows no server.</summary>
    NotConfigured,

    /// <summary>It is kept up to date by other means than a binary log: Galera, group replication, Aurora.</summary>
    NotByLog,
}
