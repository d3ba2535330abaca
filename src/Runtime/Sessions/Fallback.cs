using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// A session's stay on the primary because no replica had in time what its reads must contain. It is tried again, at growing intervals,
/// whether one has it now. A field of the session's pin; changed under its lock.
/// </summary>
internal struct Fallback
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Zero while there is none.
    private long _dueAt;
    private long _endedAt;
    private int _tries;

    /// <summary>Whether the session is there for that.</summary>
    public readonly bool IsOn => Volatile.Read(in _dueAt) != 0;

    /// <summary>Whether the session should be let back now.</summary>
    public readonly bool IsDue(TimeProvider time) => Volatile.Read(in _dueAt) is not 0 and var due && time.GetTimestamp() >= due;

    /// <summary>It begins, unless the session is bound to the primary already. One that follows soon on another lasts longer.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="policy">What the session does when it loses its replica.</param>
    public void Begin(SessionPin pin, ReplicaLoss policy)
    {
        lock (pin)
        {
            var was = pin.Server;
            if (IsOn)
            {
                return;
            }

            pin.BindPrimary(policy);
            if (!ReferenceEquals(was, pin.Server))
            {
                var time = pin.Source.Time;
                _tries = _endedAt != 0 && time.GetElapsedTime(_endedAt) < Longest ? _tries : 0;
                TryAgainLater(time);
            }
        }
    }

    /// <summary>It is tried by one read; others stay on the primary meanwhile.</summary>
    /// <param name="pin">The lock.</param>
    public bool TryBeginToReturn(SessionPin pin)
    {
        lock (pin)
        {
            var isDue = IsDue(pin.Source.Time);
            if (isDue)
            {
                Volatile.Write(ref _dueAt, In(Longest, pin.Source.Time));
            }

            return isDue;
        }
    }

    /// <summary>It was tried.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="to">The replica that was found, and the run of it; null for none.</param>
    /// <param name="reads">How many reads on replicas it is known to contain.</param>
    /// <returns>Whether the session has moved there.</returns>
    public bool TryReturn(SessionPin pin, (RoutedServer Server, int Incarnation)? to, long reads)
    {
        lock (pin)
        {
            if (!IsOn)
            {
                return false;
            }

            if (
                to is not var (server, incarnation)
                || !pin.TryMove(pin.Source.Primary, server, incarnation, forgetsReads: false, new(reads, Open: int.MaxValue))
            )
            {
                TryAgainLater(pin.Source.Time);
                return false;
            }

            End(pin.Source.Time);
            return true;
        }
    }

    /// <summary>It has ended: the session reads on a replica, or on the primary for good.</summary>
    public void End(TimeProvider time)
    {
        if (IsOn)
        {
            _endedAt = Math.Max(1, time.GetTimestamp());
            Volatile.Write(ref _dueAt, 0);
        }
    }

    private void TryAgainLater(TimeProvider time)
    {
        var seconds = Math.Min(First.TotalSeconds * Math.Pow(2, _tries++), Longest.TotalSeconds);
        Volatile.Write(ref _dueAt, In(TimeSpan.FromSeconds(seconds), time));
    }

    private static long In(TimeSpan wait, TimeProvider time) =>
        Math.Max(1, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
}
