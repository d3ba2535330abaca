namespace MonotonicReads.Sessions;

/// <summary>
/// A session's stay on the primary because no replica had in time what its reads must contain. It is tried again, at growing intervals,
/// whether one has it now. A field of the session's pin; safe for concurrent use.
/// </summary>
internal struct Fallback
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Zero while there is none.
    private long _dueAt;
    private int _tries;

    /// <summary>Whether the session is there for that.</summary>
    public readonly bool IsOn => Volatile.Read(in _dueAt) != 0;

    /// <summary>Whether the session should be let back now; the reads that run side by side go on meanwhile.</summary>
    public readonly bool IsDue(TimeProvider time) => Volatile.Read(in _dueAt) is not 0 and var due && time.GetTimestamp() >= due;

    /// <summary>It begins, or was tried in vain, or is being tried.</summary>
    public void TryAgainLater(TimeProvider time)
    {
        var tries = Interlocked.Increment(ref _tries);
        var wait = Math.Min(First.TotalSeconds * Math.Pow(2, tries - 1), Longest.TotalSeconds);
        Volatile.Write(ref _dueAt, Math.Max(1, time.GetTimestamp() + (long)(wait * time.TimestampFrequency)));
    }

    /// <summary>It has ended: the session reads on a replica, or on the primary for good.</summary>
    public void End()
    {
        if (IsOn)
        {
            Volatile.Write(ref _dueAt, 0);
            Volatile.Write(ref _tries, 0);
        }
    }
}
