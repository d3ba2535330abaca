namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What a read or write is reached through, where that is no plain call: most of the time nothing is sent there. In the order of how much
/// a reviewer cares: what is reached in several ways counts for the first of them.
/// </summary>
internal enum Detour
{
    None,

    /// <summary>Sent only where a cache misses.</summary>
    Cache,

    /// <summary>Sent only where a value that is kept (the current user, the settings) is asked for the first time.</summary>
    Context,

    /// <summary>Behind what looks like a file system.</summary>
    FileSystem,

    /// <summary>Behind a log, which keeps what it is told in a database.</summary>
    Log,

    /// <summary>Behind an event: whoever has subscribed.</summary>
    Event,
}
