using MonotonicReads.Servers;

namespace MonotonicReads.Choosing;

/// <summary>
/// How far behind the replicas are, in time: from positions of the primary that were asked for anyway, and when that was, and from what each
/// replica said that it had reached. Asks nobody. Safe for concurrent use.
/// </summary>
/// <param name="primary">The primary.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplicaProgress(RoutedServer primary, TimeProvider time)
{
    /// <summary>For so long what a replica said tells how far behind it is; then somebody has to look again.</summary>
    public static readonly TimeSpan Trusted = TimeSpan.FromSeconds(1);

    // Together some three seconds of writes; who is further behind than that is so at least.
    private const int MostMoments = 128;
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(25);

    private readonly object _lock = new();
    private readonly Moment[] _moments = new Moment[MostMoments];
    private int _count;
    private int _next;
    private int _incarnation;

    /// <summary>The primary has this now.</summary>
    /// <param name="position">The position; null where it did not tell.</param>
    public void PrimaryHas(ReplicationPosition? position)
    {
        if (position is null)
        {
            return;
        }

        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (_incarnation != primary.Incarnation)
            {
                // What another one had may be lost.
                (_count, _next, _incarnation) = (0, 0, primary.Incarnation);
            }

            if (_count > 0 && time.GetElapsedTime(_moments[(_next + MostMoments - 1) % MostMoments].At, now) < Apart)
            {
                return;
            }

            _moments[_next] = new Moment(position, now);
            _next = (_next + 1) % MostMoments;
            _count = Math.Min(_count + 1, MostMoments);
        }
    }

    /// <summary>Whether a replica is known not to reach a position within a time.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="position">The position.</param>
    /// <param name="within">The time.</param>
    /// <returns>False also where nobody knows.</returns>
    public bool IsTooLate(RoutedServer replica, ReplicationPosition position, TimeSpan within)
    {
        var now = time.GetTimestamp();
        if (
            replica.LastReach is not { } reach
            || reach.Position.Contains(position)
            || time.GetElapsedTime(reach.At, now) > Trusted
            || BehindAt(reach) is not { } behind
        )
        {
            return false;
        }

        // It has then what the primary had so much earlier.
        return behind - time.GetElapsedTime(WrittenAt(position) ?? now, now) > within;
    }

    // How far behind it was at least when it was asked: as old as the oldest moment is that it had not reached.
    private TimeSpan? BehindAt(RoutedServer.Reach reach)
    {
        lock (_lock)
        {
            for (var i = 0; i < _count; i++)
            {
                var moment = _moments[(_next - _count + i + MostMoments) % MostMoments];
                if (moment.At > reach.At)
                {
                    return null;
                }

                if (!reach.Position.Contains(moment.Position))
                {
                    return time.GetElapsedTime(moment.At, reach.At);
                }
            }

            return null;
        }
    }

    private long? WrittenAt(ReplicationPosition position)
    {
        lock (_lock)
        {
            for (var i = 0; i < _count; i++)
            {
                var moment = _moments[(_next - _count + i + MostMoments) % MostMoments];
                if (moment.Position.Contains(position))
                {
                    return moment.At;
                }
            }

            return null;
        }
    }

    private readonly record struct Moment(ReplicationPosition Position, long At);
}
