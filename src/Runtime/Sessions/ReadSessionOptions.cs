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
    /// as a user variable, is there for the next. It goes back with the last read, when the session ends, when it is idle for 50 ms,
    /// or when somebody else would have to wait for one or be given a new one.</para>
    /// <para>A wrong number costs, but breaks no guarantee. Where the session joins a running one, which may be a web request's or a
    /// resumed one, the number is that of the joined handle's reads; inside another plan it is not used.</para>
    /// </remarks>
    public int Reads { get; init; }

    /// <summary>
    /// How old the state that a read shows may be when it starts, in milliseconds; 0, the default, for any age. Where the session joins a
    /// running one, the smaller of the two holds for the joined reads.
    /// </summary>
    /// <remarks>
    /// <para>What was committed on the primary so long before a read starts is in it. A replica that is known to be so fresh is drawn,
    /// otherwise one that proves it when it is asked before the read, otherwise the primary. It is looked at before each read: a replica
    /// that has become too old is lost to the session, and <see cref="OnReplicaLoss"/> says where it goes. In a snapshot the bound is for
    /// the moment in which it begins.</para>
    /// <para>Fresh is measured by positions: a replica that has what the primary had when it was asked at a time is no older than
    /// that time, by this process's monotonic clock. Where <see cref="MonitorOptions.HeartbeatQuery"/> is set, a lag that it told counts
    /// too, and is as true as the servers' clocks. Seconds_Behind_Master is never believed.</para>
    /// </remarks>
    public int MaxStalenessMilliseconds { get; init; }
}
