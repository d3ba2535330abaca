namespace MonotonicReads.Consistency.History;

/// <summary>What a line of the history tells.</summary>
internal enum EntryKind
{
    Session,
    Read,
    Write,
    Token,
    Event,
    Fault,
    Error,
    Late,
}

/// <summary>What a read's level promises, in the checker's words.</summary>
[Flags]
internal enum Claims
{
    None = 0,

    /// <summary>Not older than what the session's earlier reads showed.</summary>
    Monotonic = 1,

    /// <summary>Contains what was written in the session.</summary>
    OwnWrites = 2,

    /// <summary>Contains what anybody had written before it began.</summary>
    Fresh = 4,

    /// <summary>Contains what anybody had written before the call began that it belongs to: <see cref="Entry.Since"/>.</summary>
    Global = 8,

    /// <summary>Contains what anybody had written so long before it began as it may be old: <see cref="Entry.Since"/>.</summary>
    Bounded = 16,
}

/// <summary>A row of the chain: a write, and the write before it.</summary>
internal readonly record struct Link(long Number, long Tag, long Parent);

/// <summary>
/// One line of the history. Times are those of the machine's monotonic clock, in nanoseconds, which all processes share. A state
/// is named by the tag of its last write: unlike numbers tags are never used twice, whatever a failover loses.
/// </summary>
internal sealed record Entry
{
    public required EntryKind Kind { get; init; }

    public long Begin { get; init; }

    public long End { get; init; }

    /// <summary>The session; 0 is none.</summary>
    public int Session { get; init; }

    /// <summary>Which data source.</summary>
    public int Source { get; init; }

    /// <summary>The level that was asked for, for the table.</summary>
    public ReadConsistency Level { get; init; }

    public ReplicaLoss Policy { get; init; }

    public Claims Claims { get; init; }

    /// <summary>How it was done.</summary>
    public string Via { get; init; } = "";

    /// <summary>Who answered, as the row says that each server has for itself; null where nothing came.</summary>
    public string? Server { get; init; }

    /// <summary>When the connection was opened that a read used; a caller who keeps it keeps its server.</summary>
    public long Opened { get; init; }

    /// <summary>A read that claims it contains what anybody had written before that; 0 where none is claimed.</summary>
    public long Since { get; init; }

    /// <summary>The snapshot that a read belongs to; 0 is none.</summary>
    public int Scope { get; init; }

    /// <summary>The state that was read: the tag of its last write; 0 where a read tells of one key alone.</summary>
    public long State { get; init; }

    /// <summary>The number of <see cref="State"/>; of an empty database 0.</summary>
    public long Number { get; init; }

    /// <summary>The key that was read or written; -1 is none.</summary>
    public int Key { get; init; } = -1;

    /// <summary>The last write of the key that was read.</summary>
    public long KeyTag { get; init; }

    public long KeyVersion { get; init; }

    /// <summary>The newest rows of the chain, newest first; null where they were not read.</summary>
    public Link[]? Rows { get; init; }

    /// <summary>A link whose parent was looked for: <see cref="Rows"/> has what was found, or nothing.</summary>
    public Link? Child { get; init; }

    /// <summary>Of a write: its tag.</summary>
    public long Tag { get; init; }

    /// <summary>Of a write: whether the call returned. Of one that threw nobody knows.</summary>
    public bool IsAcknowledged { get; init; }

    /// <summary>Of a token, and of the session that was resumed from it: which.</summary>
    public int Token { get; init; }

    /// <summary>Of an error: whether the documentation allows it.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>Of an error its type, of an event its kind, of a fault its name.</summary>
    public string Text { get; init; } = "";

    /// <summary>Of an error its message and where it came from.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Of what took too long: how long, in the machine's time.</summary>
    public double Seconds { get; init; }

    public bool IsRead => Kind == EntryKind.Read;

    /// <summary>Whether the read tells the whole state, not one key alone.</summary>
    public bool IsExact => Key < 0 || State != 0;
}
