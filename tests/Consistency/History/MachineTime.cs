namespace MonotonicReads.Consistency.History;

/// <summary>
/// Time as this machine hands it out: how often a timer came round. Where the processors are taken, or the thread pool is
/// starved, it runs slower than the wall clock as everything else does, so that a bound counted in it says something of the product.
/// </summary>
internal sealed class MachineTime : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly PeriodicTimer _timer = new(Tick);
    private long _ticks;

    public MachineTime() => _ = CountAsync();

    public TimeSpan Now => Tick * Volatile.Read(ref _ticks);

    public void Dispose() => _timer.Dispose();

    private async Task CountAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            Interlocked.Increment(ref _ticks);
        }
    }
}
