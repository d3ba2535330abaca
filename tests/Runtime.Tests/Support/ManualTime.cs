namespace MonotonicReads.Runtime.Tests.Support;

/// <summary>A clock that stands still until it is moved. Its timers ring while it is moved.</summary>
internal class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _began = System.GetUtcNow();
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => _began.AddTicks(GetTimestamp());

    public void Advance(TimeSpan time)
    {
        var now = Interlocked.Add(ref _ticks, time.Ticks);
        ManualTimer[] due;
        lock (_timers)
        {
            due = [.. _timers.Where(timer => timer.RingsAt <= now)];
            _timers.RemoveAll(timer => timer.RingsAt <= now);
        }

        foreach (var timer in due)
        {
            timer.Ring();
        }
    }

    /// <summary>Time has passed, and no timer has come to it yet.</summary>
    public void AdvanceWithoutTimers(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    // Rings once.
    private ManualTimer CreateManualTimer(TimerCallback callback, object? state, TimeSpan due)
    {
        var timer = new ManualTimer(this, callback, state, GetTimestamp() + due.Ticks);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    // Loops of the monitor and of delays have periods, and go by the machine's clock as they always did here.
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        RingsTimers ? CreateManualTimer(callback, state, dueTime) : base.CreateTimer(callback, state, dueTime, period);

    /// <summary>Whether timers go by this clock too.</summary>
    public bool RingsTimers { get; init; }

    /// <summary>How many timers have neither rung nor been disposed.</summary>
    public int Waiting
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count;
            }
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state, long ringsAt) : ITimer
    {
        public long RingsAt => ringsAt;

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (time._timers)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
