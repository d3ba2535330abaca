namespace MonotonicReads;

/// <summary>What a read session guarantees. From the weakest to the strongest: <see cref="Eventual"/>, <see cref="Monotonic"/>,
/// <see cref="Snapshot"/>, <see cref="Causal"/>, <see cref="Global"/>, <see cref="Primary"/>; the numbers say nothing of it.</summary>
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

    /// <summary>
    /// Causal, and every read sees at least all that the primary had committed, for whomever, when the session or the handle began.
    /// </summary>
    /// <remarks>The primary is asked for its position once for each handle and data source, at its first read there; reads go where that
    /// has arrived. What MaxScale calls <c>causal_reads=universal</c>. Where the primary cannot be asked the read throws
    /// <see cref="ReplicaLostException"/>, and where its servers tell no position every read runs on the primary.</remarks>
    Global,
}
