namespace MonotonicReads;

/// <summary>What a read session guarantees, from the weakest to the strongest.</summary>
public enum ReadConsistency
{
    /// <summary>Stale and out-of-order answers are accepted. Opens no session.</summary>
    Eventual = 0,

    /// <summary>A later read never sees an older state than an earlier one of the session.</summary>
    Monotonic,

    /// <summary>
    /// Monotonic, and in each data source all reads show the state of one moment: they share one read-only transaction
    /// (<c>START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT</c> at REPEATABLE READ), and run one after the other.
    /// </summary>
    /// <remarks>The moment is that of the first read, and the snapshot ends with the session, or with the handle that asked for it. Begun
    /// inside a causal
    /// session it contains what that wrote. It only reads; when its connection breaks, the next read throws
    /// <see cref="ReplicaLostException"/> under every policy. InnoDB only: other engines and DDL show their own moments.</remarks>
    Snapshot,

    /// <summary>Monotonic, and every read sees at least the session's own writes.</summary>
    Causal,

    /// <summary>Every read runs on the primary.</summary>
    Primary,
}
