namespace MonotonicReads.Sessions;

/// <summary>What a handle asked for; of two the stricter holds. The plan is that of the session's opener alone.</summary>
internal sealed record SessionPolicy(ReplicaLoss? OnReplicaLoss, TimeSpan MaxWait, int Reads = 0)
{
    /// <summary>How old the state may be that a read shows; null for any age.</summary>
    public TimeSpan? MaxStaleness { get; init; }

    public static SessionPolicy Default { get; } = new(null, TimeSpan.FromMilliseconds(ReadSessionOptions.DefaultMaxWaitMilliseconds));

    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of it is out of range.</exception>
    public static SessionPolicy Of(ReadSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaitMilliseconds, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Reads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxStalenessMilliseconds, nameof(options));
        return options.OnReplicaLoss is null or (>= ReplicaLoss.Primary and <= ReplicaLoss.Restart)
            ? new SessionPolicy(options.OnReplicaLoss, TimeSpan.FromMilliseconds(options.MaxWaitMilliseconds), options.Reads)
            {
                MaxStaleness = options.MaxStalenessMilliseconds > 0 ? TimeSpan.FromMilliseconds(options.MaxStalenessMilliseconds) : null,
            }
            : throw new ArgumentOutOfRangeException(nameof(options), options.OnReplicaLoss, "No value of ReplicaLoss.");
    }

    public SessionPolicy And(SessionPolicy other) =>
        this with
        {
            OnReplicaLoss = Stricter(OnReplicaLoss, other.OnReplicaLoss),
            MaxWait = other.MaxWait < MaxWait ? other.MaxWait : MaxWait,
            MaxStaleness = MaxStaleness is not { } bound || other.MaxStaleness < bound ? other.MaxStaleness ?? MaxStaleness : MaxStaleness,
        };

    /// <summary>Whether a session that has lost its replica may go on on the primary, where a read there is asked for.</summary>
    /// <param name="policy">Its policy.</param>
    /// <param name="hasPositions">Whether the servers tell what they contain.</param>
    public static bool LeadsToPrimary(ReplicaLoss policy, bool hasPositions) =>
        policy == ReplicaLoss.Redraw || (hasPositions && policy is not (ReplicaLoss.Fail or ReplicaLoss.Restart));

    // What joins cannot be run again alone, and where its session is not run again either it must not lose what it saw.
    private static ReplicaLoss? Stricter(ReplicaLoss? own, ReplicaLoss? other)
    {
        var asked = other == ReplicaLoss.Restart && own != ReplicaLoss.Restart ? ReplicaLoss.Primary : other;
        return Strictness(asked) > Strictness(own) ? asked : own;
    }

    // Who says nothing accepts what the data source does, but no less than Redraw.
    private static int Strictness(ReplicaLoss? policy) =>
        policy switch
        {
            ReplicaLoss.Redraw => 0,
            null => 1,
            ReplicaLoss.Restart => 3,
            ReplicaLoss.Fail => 4,
            _ => 2,
        };
}
