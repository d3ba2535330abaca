namespace MonotonicReads.Sessions;

/// <summary>What a handle asked for; of two the stricter holds. The plan is that of the session's opener alone.</summary>
internal sealed record SessionPolicy(ReplicaLoss? OnReplicaLoss, TimeSpan MaxWait, int Reads = 0)
{
    public static SessionPolicy Default { get; } = new(null, TimeSpan.FromMilliseconds(ReadSessionOptions.DefaultMaxWaitMilliseconds));

    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of it is out of range.</exception>
    public static SessionPolicy Of(ReadSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaitMilliseconds, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Reads, nameof(options));
        return options.OnReplicaLoss is null or (>= ReplicaLoss.Primary and <= ReplicaLoss.Redraw)
            ? new SessionPolicy(options.OnReplicaLoss, TimeSpan.FromMilliseconds(options.MaxWaitMilliseconds), options.Reads)
            : throw new ArgumentOutOfRangeException(nameof(options), options.OnReplicaLoss, "No value of ReplicaLoss.");
    }

    public SessionPolicy And(SessionPolicy other) =>
        this with
        {
            OnReplicaLoss = Strictness(other.OnReplicaLoss) > Strictness(OnReplicaLoss) ? other.OnReplicaLoss : OnReplicaLoss,
            MaxWait = other.MaxWait < MaxWait ? other.MaxWait : MaxWait,
        };

    // Who says nothing accepts what the data source does, but no less than Redraw.
    private static int Strictness(ReplicaLoss? policy) =>
        policy switch
        {
            ReplicaLoss.Redraw => 0,
            null => 1,
            ReplicaLoss.Fail => 3,
            _ => 2,
        };
}
