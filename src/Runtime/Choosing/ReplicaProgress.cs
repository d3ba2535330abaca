using MonotonicReads.Servers;

namespace MonotonicReads.Choosing;

/// <summary>
/// How far behind the replicas are, in time: from positions of the primary that were asked for anyway, and when that was, and from what
/// each replica said that it had reached. Asks nobody. Safe for concurrent use.
/// </summary>
/// <param name="primary">The primary.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplicaProgress(RoutedServer primary, TimeProvider time)
{
    /// <summary>For so long what a replica said tells how far behind it is; then somebody has to look again.</summary>
    public static readonly TimeSpan Trusted = TimeSpan.FromSeconds(1);

    // Together some twelve seconds of writes at least; who is further behind than that is so at least.
    private const int MostMoments = 512;
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(25);

    private readonly object _lock = new();
    private readonly Moment[] _moments = new Moment[MostMoments];
    private int _count;
    private int _next;
    private int _incarnation;

    /// <summary>The primary has this now.</summary>
    /// <param name="position">The position; null or empty where it did not tell.</param>
    /// <param name="incarnation">The run of it that has it.</param>
    public void PrimaryHas(ReplicationPosition? position, int incarnation)
    {
        if (position is not { IsEmpty: false } most)
        {
            return;
        }

        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (incarnation != primary.Incarnation)
            {
                // What another one had may be lost.
                return;
            }

            if (_incarnation != incarnation)
            {
                (_count, _next, _incarnation) = (0, 0, incarnation);
            }

            if (_count > 0)
            {
                var (last, at) = MomentAt(_count - 1);
                if (time.GetElapsedTime(at, now) < Apart || last.Contains(most))
                {
                    return;
                }

                // Each has all of the one before.
                most = most.Contains(last) ? most : most.Union(last);
            }

            _moments[_next] = new Moment(most, now);
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
        if (replica.LastReach is not { } reach || reach.Position.Contains(position) || time.GetElapsedTime(reach.At, now) > Trusted)
        {
            return false;
        }

        lock (_lock)
        {
            // It has then what the primary had so much earlier.
            return _incarnation == primary.Incarnation
                && BehindAt(reach) is { } behind
                && behind - time.GetElapsedTime(WrittenAt(position), now) > within;
        }
    }

    // How far behind it was at least when it was asked: as old as the oldest moment is that it had not reached.
    private TimeSpan? BehindAt(RoutedServer.Reach reach)
    {
        var first = First(moment => !reach.Position.Contains(moment));
        if (first == _count)
        {
            return null;
        }

        // One that has nothing of the primary's need not be behind: it can be another cluster's.
        var (oldest, at) = MomentAt(first);
        return at <= reach.At && (first > 0 || oldest.Contains(reach.Position)) ? time.GetElapsedTime(at, reach.At) : null;
    }

    // When the primary was first known to have it; what it is not known to have is younger than the last that is.
    private long WrittenAt(ReplicationPosition position) => MomentAt(Math.Min(First(moment => moment.Contains(position)), _count - 1)).At;

    // The index of the first moment of which something holds that holds of all later ones too; their number where there is none.
    private int First(Func<ReplicationPosition, bool> holds)
    {
        var (from, to) = (0, _count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = holds(MomentAt(middle).Position) ? (from, middle) : (middle + 1, to);
        }

        return from;
    }

    private Moment MomentAt(int index) => _moments[(_next - _count + index + MostMoments) % MostMoments];

    private readonly record struct Moment(ReplicationPosition Position, long At);
}
