namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>It stands still, and no timer rings: nothing happens beside what is measured.</summary>
internal sealed class StandingTime : TimeProvider
{
    // A token has it in its text, and what a text allocates depends on its characters.
    private static readonly DateTimeOffset Date = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly long _now = System.GetTimestamp();

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => Date;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Mute();

    private sealed class Mute : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => default;
    }
}
