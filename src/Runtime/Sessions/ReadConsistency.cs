namespace MonotonicReads;

/// <summary>What a read session guarantees, from the weakest to the strongest.</summary>
public enum ReadConsistency
{
    /// <summary>Stale and out-of-order answers are accepted. Opens no session.</summary>
    Eventual = 0,

    /// <summary>A later read never sees an older state than an earlier one of the session.</summary>
    Monotonic,

    /// <summary>All reads see one state. Not yet available.</summary>
    Snapshot,

    /// <summary>Monotonic, and every read sees at least the session's own writes.</summary>
    Causal,

    /// <summary>Every read runs on the primary.</summary>
    Primary,
}
