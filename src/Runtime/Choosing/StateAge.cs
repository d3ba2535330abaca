using MonotonicReads.Servers;

namespace MonotonicReads.Choosing;

/// <summary>
/// How old the state is at most that a replica shows. A replica which has what the primary had when it was asked is no older than the
/// moment in which the question was sent, by this process's monotonic clock; no clock of a server counts, unless the program has given a
/// heartbeat. Asks nobody. Safe for concurrent use.
/// </summary>
/// <param name="primary">The primary.</param>
/// <param name="time">The clock.</param>
internal sealed class StateAge(RoutedServer primary, TimeProvider time)
{
    private const int MostMarks = 512;
    private const int Precision = 16;

    // What follows closer than that takes the place of the one before it.
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(5);

    // By so much the two clocks of a machine may differ that was not suspended.
    private static readonly TimeSpan Slip = TimeSpan.FromMilliseconds(50);

    private readonly object _lock = new();
    private readonly List<Mark> _marks = [];
    private int _incarnation;
    private (long At, DateTimeOffset Clock)? _looked;
    private long _trustedSince = long.MinValue;
    private int _forgotten;

    /// <summary>How many answers are kept.</summary>
    public int Count => _marks.Count;

    /// <summary>How often all was forgotten: an answer to what was asked before counts for nothing.</summary>
    public int Forgotten => Volatile.Read(ref _forgotten);

    /// <summary>The primary told all that it has.</summary>
    /// <param name="position">What it told; null or empty for nothing.</param>
    /// <param name="incarnation">The run of it.</param>
    /// <param name="askedAt">A timestamp from before the question was sent.</param>
    public void PrimaryHad(ReplicationPosition? position, int incarnation, long askedAt)
    {
        if (position is not { IsEmpty: false } most)
        {
            return;
        }

        lock (_lock)
        {
            ForgetIfSuspended();
            if (incarnation != primary.Incarnation || askedAt < _trustedSince)
            {
                return;
            }

            if (_incarnation != incarnation)
            {
                _marks.Clear();
                _incarnation = incarnation;
            }

            if (_marks.Count > 0 && _marks[^1] is var last)
            {
                // Each has all of the one before, and is no older. Where nothing was written in between the same position is younger now.
                var at = Math.Max(last.AskedAt, askedAt);
                most = last.Position.Contains(most) ? last.Position : Both(last.Position, most);
                var isSame = ReferenceEquals(most, last.Position);
                var replacesLast = _marks.Count > 1 && time.GetElapsedTime(_marks[^2].AskedAt, last.AskedAt) < Apart;
                if (isSame || replacesLast)
                {
                    _marks.RemoveAt(_marks.Count - 1);
                }

                askedAt = at;
            }

            _marks.Add(new Mark(most, askedAt));
            Thin();
        }
    }

    /// <summary>Whether a read on a replica that starts now is known to show no older state than that.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="bound">How old it may be.</param>
    public bool IsFresh(RoutedServer replica, TimeSpan bound)
    {
        var now = time.GetTimestamp();
        return AsOf(replica) is { } moment && time.GetElapsedTime(moment, now) <= bound;
    }

    /// <summary>The timestamp of a moment whose state, or a later one, a read on a replica shows; null where none is known.</summary>
    public long? AsOf(RoutedServer replica)
    {
        long trustedSince;
        lock (_lock)
        {
            ForgetIfSuspended();
            trustedSince = _trustedSince;
        }

        var told = replica.Reached is { } reached ? NewestIn(reached) : null;
        return replica.FreshAt is { } heartbeat && heartbeat >= trustedSince && !(told > heartbeat) ? heartbeat : told;
    }

    /// <summary>What a replica must have to be as fresh: the oldest position that is young enough.</summary>
    /// <param name="bound">How old the state may be.</param>
    /// <returns>The position, and how long it is young enough; null where the primary was not asked for so long.</returns>
    public (ReplicationPosition Position, TimeSpan Left)? Wanted(TimeSpan bound)
    {
        lock (_lock)
        {
            ForgetIfSuspended();
            var now = time.GetTimestamp();
            var index =
                _incarnation == primary.Incarnation ? _marks.FindIndex(mark => time.GetElapsedTime(mark.AskedAt, now) <= bound) : -1;
            return index < 0 ? null : (_marks[index].Position, bound - time.GetElapsedTime(_marks[index].AskedAt, now));
        }
    }

    /// <summary>A position, and what a replica must have to be so fresh, as far as that is known.</summary>
    public ReplicationPosition With(ReplicationPosition position, TimeSpan? bound) =>
        bound is { } most && Wanted(most) is var (young, _) ? position.Union(young) : position;

    /// <summary>What the primary told when it was asked at a moment or later.</summary>
    /// <param name="moment">The timestamp.</param>
    /// <returns>The oldest such position; null where it was not asked since.</returns>
    public ReplicationPosition? Since(long moment)
    {
        lock (_lock)
        {
            return _incarnation == primary.Incarnation ? _marks.Find(mark => mark.AskedAt >= moment)?.Position : null;
        }
    }

    private long? NewestIn(ReplicationPosition reached)
    {
        lock (_lock)
        {
            if (_incarnation != primary.Incarnation)
            {
                return null;
            }

            // Who has one has all before it.
            var (from, to) = (0, _marks.Count);
            while (from < to)
            {
                var middle = (from + to) / 2;
                (from, to) = reached.Contains(_marks[middle].Position) ? (middle + 1, to) : (from, middle);
            }

            return from == 0 ? null : _marks[from - 1].AskedAt;
        }
    }

    // While a machine is suspended, or a virtual one is saved, its monotonic clock stands still, and servers go on. What was known before
    // is as old as can be. That the clock of the day was set on looks alike, and costs a question.
    private void ForgetIfSuspended()
    {
        // The thread may stand still between one clock and the other: of what passed meanwhile the most counts.
        var (from, clock, now) = (time.GetTimestamp(), time.GetUtcNow(), time.GetTimestamp());
        if (_looked is var (at, before) && clock - before - time.GetElapsedTime(at, now) > Slip)
        {
            _marks.Clear();
            _trustedSince = now;
            _forgotten++;
        }

        _looked = (from, clock);
    }

    private static ReplicationPosition Both(ReplicationPosition last, ReplicationPosition most) =>
        most.Contains(last) ? most : most.Union(last);

    // The older ones lie farther apart: of an age a sixteenth more or less is the same.
    private void Thin()
    {
        if (_marks.Count <= MostMarks)
        {
            return;
        }

        var now = time.GetTimestamp();
        var kept = 0;
        for (var i = 1; i < _marks.Count; i++)
        {
            var isNeeded =
                i == _marks.Count - 1
                || time.GetElapsedTime(_marks[kept].AskedAt, _marks[i + 1].AskedAt)
                    > time.GetElapsedTime(_marks[i].AskedAt, now) / Precision;
            if (isNeeded)
            {
                _marks[++kept] = _marks[i];
            }
        }

        _marks.RemoveRange(kept + 1, _marks.Count - kept - 1);
    }

    private sealed record Mark(ReplicationPosition Position, long AskedAt);
}
