namespace MonotonicReads;

/// <summary>The policies of a read session where they are not the default.</summary>
public sealed class ReadSessionOptions
{
    internal const int DefaultMaxWaitMilliseconds = 500;

    /// <summary>
    /// What happens when the session's replica is lost. <see langword="null"/>, the default, leaves it to the data source, which does
    /// <see cref="ReplicaLoss.Primary"/> unless it was told otherwise. Where the session joins a running one, the stricter of the two
    /// holds.
    /// </summary>
    public ReplicaLoss? OnReplicaLoss { get; init; }

    /// <summary>
    /// How long each read of the session may wait, in milliseconds: for a replica to catch up with the session's writes or with what
    /// it saw, and for the primary's barrier. Default 500; 0 never waits. Reads that run side by side share one budget. Where the
    /// session joins a running one, the shorter of the two holds.
    /// </summary>
    public int MaxWaitMilliseconds { get; init; } = DefaultMaxWaitMilliseconds;

    /// <summary>
    /// How many reads the session makes one after the other; 0, the default, where that is not known. Between planned reads it
    /// keeps its connection to the replica, and after the last one nothing is noted for a next.
    /// </summary>
    /// <remarks>
    /// <para>A kept connection saves the opening and the reset that the pool does before each read; what a read set on it, such
    /// as a user variable, is there for the next. It goes back when the session ends, when it is idle for 50 ms, or when somebody
    /// else waits for one.</para>
    /// <para>A wrong number costs, but breaks no guarantee. Where the session joins a running one, was resumed, or
    /// belongs to a web request, the number is not used: there every read can have a successor.</para>
    /// </remarks>
    public int Reads { get; init; }
}
