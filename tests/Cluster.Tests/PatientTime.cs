namespace MonotonicReads.Cluster.Tests;

/// <summary>
/// The machine's clock, but a deadline rings fifty times as late: no server is lost because a busy machine lets it answer late. For tests
/// whose sessions wait for a moment only, and where no server stands still.
/// </summary>
internal sealed class PatientTime : TimeProvider
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime >= Shortest && dueTime <= Longest ? dueTime * 50 : dueTime, period);
}
