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

    /// <summary>It begins. One that follows soon on another lasts longer.</summary>
    public void Begin(TimeProvider time)
    {
        if (!IsOn)
        {
            _tries = _endedAt != 0 && time.GetElapsedTime(_endedAt) < Longest ? _tries : 0;
            TryAgainLater(time);
        }
    }

    /// <summary>It is being tried, by one read: others stay on the primary meanwhile.</summary>
    public void BeginToTry(TimeProvider time) => Volatile.Write(ref _dueAt, In(Longest, time));

    /// <summary>It was tried in vain.</summary>
    public void TryAgainLater(TimeProvider time)
    {
        var seconds = Math.Min(First.TotalSeconds * Math.Pow(2, _tries++), Longest.TotalSeconds);
        Volatile.Write(ref _dueAt, In(TimeSpan.FromSeconds(seconds), time));
    }

    /// <summary>It has ended: the session reads on a replica, or on the primary for good.</summary>
    public void End(TimeProvider time)
    {
        _endedAt = Math.Max(1, time.GetTimestamp());
        Volatile.Write(ref _dueAt, 0);
    }

    private static long In(TimeSpan wait, TimeProvider time) =>
        Math.Max(1, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
}
