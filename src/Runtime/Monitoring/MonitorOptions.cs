namespace MonotonicReads;

/// <summary>How servers are watched in the background.</summary>
public sealed class MonitorOptions
{
    private const double SecondsOfDay = 86_400;

    /// <summary>The time between two looks at a server. It is longer where <see cref="Instances"/> and <see cref="MaxLooksPerSecond"/> ask
    /// for that. Default: 2 seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>By which part of the interval a look comes earlier or later, so that many processes do not ask at once. 0 to 1; default
    /// 0.2.</summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>
    /// How many instances of applications watch the same servers, this one among them. The time between two looks is
    /// <see cref="Instances"/> / <see cref="MaxLooksPerSecond"/> seconds where that is more than <see cref="Interval"/>, and everything
    /// that goes by looks takes longer by as much: until a server counts as down or up, until lag is seen. 1 or more; default 1.
    /// </summary>
    public int Instances { get; set; } = 1;

    /// <summary>
    /// How many looks in a second all <see cref="Instances"/> together take at one server, on average. More than 0;
    /// <see cref="double.PositiveInfinity"/> for as many as come. Default: 100, which up to 200 instances stay within at the default
    /// <see cref="Interval"/>.
    /// </summary>
    public double MaxLooksPerSecond { get; set; } = 100;

    /// <summary>How long a server may take to answer. Default: 1 second.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>So many looks in a row must fail before a server counts as down. Default: 2.</summary>
    public int FailuresUntilDown { get; set; } = 2;

    /// <summary>So many looks in a row must succeed before a server that was down counts as up. Default: 3.</summary>
    public int SuccessesUntilUp { get; set; } = 3;

    /// <summary>
    /// A replica that lags more takes no new sessions; it takes them again at half of it. One that does not replicate has no lag and takes
    /// none either, until it does; where only its connection to the primary is gone, once the primary has answered since and the time since
    /// its last lag is more. A server that needs no log (Galera, group replication, Aurora) has no lag without
    /// <see cref="HeartbeatQuery"/>, and is never kept out. Default: null, lag keeps nobody out.
    /// </summary>
    public TimeSpan? MaxLag { get; set; }

    /// <summary>
    /// Whether sessions that read on a replica leave it too when it lags more than <see cref="MaxLag"/>: it is lost for them, and their
    /// policy says where they go. Default: no, since they would all go to the primary at one moment.
    /// </summary>
    public bool MovesLaggingSessions { get; set; }

    /// <summary>
    /// A query of one row and column: the lag in seconds, from a table that the primary writes a time to, such as
    /// <c>SELECT TIMESTAMPDIFF(MICROSECOND, MAX(ts), UTC_TIMESTAMP(6)) / 1e6 FROM heartbeat</c>. Default: null, the server's own
    /// <c>Seconds_Behind_Source</c> or <c>Seconds_Behind_Master</c>, in whole seconds, and at least the delay that the replica is told
    /// to keep.
    /// </summary>
    public string? HeartbeatQuery { get; set; }

    /// <summary>In days, as many as it takes for all instances together to stay within the bound.</summary>
    internal double IntervalBySharing => Instances / MaxLooksPerSecond / SecondsOfDay;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Interval, TimeSpan.Zero, nameof(Interval));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero, nameof(Timeout));
        ArgumentOutOfRangeException.ThrowIfNegative(Jitter, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Jitter, 1, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfLessThan(Instances, 1, nameof(Instances));
        if (!(MaxLooksPerSecond > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaxLooksPerSecond),
                MaxLooksPerSecond,
                "MaxLooksPerSecond must be more than 0; without a monitor nobody looks."
            );
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(FailuresUntilDown, 1, nameof(FailuresUntilDown));
        ArgumentOutOfRangeException.ThrowIfLessThan(SuccessesUntilUp, 1, nameof(SuccessesUntilUp));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLag ?? TimeSpan.Zero, TimeSpan.Zero, nameof(MaxLag));
    }
}
