namespace MonotonicReads.Monitoring;

/// <summary>Whether a replica is so far behind that it takes no new sessions. What is out comes back by a lag that is known, and not
/// because nobody knows it any more.</summary>
/// <param name="most">How far behind it may be; null for as far as it likes.</param>
/// <param name="isByHeartbeat">Whether lag is counted from a time that the primary writes.</param>
/// <param name="time">The clock.</param>
internal sealed class LagRule(TimeSpan? most, bool isByHeartbeat, TimeProvider time)
{
    private const double LagToReturn = 0.5;

    private (TimeSpan Lag, long At)? _last;
    private long? _beyondSince;
    private long? _unlinkedSince;

    /// <summary>What was found last.</summary>
    public bool IsTooFar { get; private set; }

    /// <summary>Judges by a look that was answered.</summary>
    /// <param name="replica">What was seen.</param>
    /// <param name="hasPrimaryAnsweredSince">Whether the primary has answered a question that was put after a moment.</param>
    public bool Judge(ServerState replica, Func<long, bool> hasPrimaryAnsweredSince)
    {
        if (most is { } limit && !replica.IsPrimary)
        {
            IsTooFar = replica.Lag is { } lag
                ? IsBeyond(lag, limit, hasPrimaryAnsweredSince)
                : IsWithoutLag(replica, limit, hasPrimaryAnsweredSince);
        }

        return IsTooFar;
    }

    private bool IsBeyond(TimeSpan lag, TimeSpan limit, Func<long, bool> hasPrimaryAnsweredSince)
    {
        var now = time.GetTimestamp();
        (_last, _unlinkedSince) = ((lag, now), null);
        if (lag <= (IsTooFar ? limit * LagToReturn : limit))
        {
            _beyondSince = null;
            return false;
        }

        // Without a primary nobody writes the times from which it is counted, and there is nowhere else to go.
        _beyondSince ??= now;
        return IsTooFar || !isByHeartbeat || hasPrimaryAnsweredSince(_beyondSince.Value);
    }

    private bool IsWithoutLag(ServerState replica, TimeSpan limit, Func<long, bool> hasPrimaryAnsweredSince)
    {
        _beyondSince = null;
        switch (replica.Replication)
        {
            case ReplicationState.Unknown when replica.RefusesToTell:
            case ReplicationState.NotByLog when !isByHeartbeat:
                _unlinkedSince = null;
                return false;
            case ReplicationState.Unknown when _last is not null:
                return IsUnlinkedFor(limit, hasPrimaryAnsweredSince);
            case ReplicationState.Unknown or ReplicationState.NotByLog or ReplicationState.Running:
                _unlinkedSince = null;
                return IsTooFar;
            case ReplicationState.Connecting when replica.AppliesAll:
                return IsUnlinkedFor(limit, hasPrimaryAnsweredSince);
            case ReplicationState.NotConfigured:
                return true;
            default:
                return !replica.AppliesAll || IsUnlinkedFor(TimeSpan.Zero, hasPrimaryAnsweredSince);
        }
    }

    // It may be the primary that is gone: all replicas would be out then at once, and nothing is written of which they lack. When it is
    // back they try again by the interval that they are told, a minute mostly: until then they can have got older by that time alone.
    private bool IsUnlinkedFor(TimeSpan limit, Func<long, bool> hasPrimaryAnsweredSince)
    {
        _unlinkedSince ??= time.GetTimestamp();
        return IsTooFar
            || (
                hasPrimaryAnsweredSince(_unlinkedSince.Value)
                && (_last is not { } last || last.Lag > limit || time.GetElapsedTime(last.At) > limit - last.Lag)
            );
    }

    /// <summary>Whether a replica does not get what is written.</summary>
    public static bool HasEnded(ReplicationState state) =>
        state is not (ReplicationState.Unknown or ReplicationState.Running or ReplicationState.NotByLog);

    /// <summary>Why nobody knows how far behind a replica is that does not say; null where that is told otherwise, or is nobody's
    /// concern.</summary>
    public string? WhyUnknown(ServerState replica) =>
        replica switch
        {
            { Lag: not null } => null,
            _ when HasEnded(replica.Replication) => null,

            // It says its seconds at the next look.
            { Replication: ReplicationState.Running } when !isByHeartbeat => null,
            { ReplicationProblem: { } problem } => problem,
            { Replication: ReplicationState.NotByLog } when most is not null =>
                "it is kept up to date without a log of the primary's (Galera, group replication, Aurora) and tells no lag, so that MaxLag "
                    + "does nothing there without a HeartbeatQuery",
            _ => null,
        };
}
