namespace MonotonicReads.Testing.Tests.Conformance;

/// <summary>
/// The machine's clock, which can be moved on. That the clock of the day and the monotonic one differ says to the product that the machine
/// slept; a thread that stood still between looking at the one and at the other would say so too. Here they never do.
/// </summary>
internal sealed class MovedTime : TimeProvider
{
    [ThreadStatic]
    private static long _told;

    private readonly DateTimeOffset _began = System.GetUtcNow();
    private readonly long _start = System.GetTimestamp();
    private long _moved;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _told = System.GetTimestamp() + Interlocked.Read(ref _moved);

    /// <summary>When this thread looked at the monotonic clock last.</summary>
    public override DateTimeOffset GetUtcNow() => _began + GetElapsedTime(_start, _told == 0 ? GetTimestamp() : _told);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _moved, (long)(time.TotalSeconds * TimestampFrequency));
}
