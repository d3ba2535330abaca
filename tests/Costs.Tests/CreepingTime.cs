namespace MonotonicReads.Costs.Tests;

/// <summary>
/// It moves by one tick with each look, and no timer rings: what is later is known to be, nothing happens beside what is measured, and no
/// server is too slow for a busy machine.
/// </summary>
internal sealed class CreepingTime : TimeProvider
{
    // A token has it in its text, and what a text allocates depends on its characters.
    private static readonly DateTimeOffset Date = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _now = System.GetTimestamp();

    public override long GetTimestamp() => Interlocked.Increment(ref _now);

    public override DateTimeOffset GetUtcNow() => Date;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Mute();

    private sealed class Mute : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => default;
    }
}
