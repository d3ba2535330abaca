namespace MonotonicReads.Cluster.Tests;

/// <summary>
/// Time as this machine hands it out: how often a timer came round since the start. Where the processors are taken it runs slower than
/// the wall clock, as everything else does, so that an upper bound counted in it says something of the code and not of the neighbours.
/// </summary>
/// <remarks>A lower bound is a matter of the wall clock: nothing ends too early because the machine is busy.</remarks>
internal sealed class MachineTime : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    // One that comes round late makes up for nothing: ticks that were missed are one tick.
    private readonly PeriodicTimer _timer = new(Tick);
    private long _ticks;

    private MachineTime() => _ = CountAsync();

    public TimeSpan Elapsed => Tick * Volatile.Read(ref _ticks);

    public static MachineTime Start() => new();

    public void Dispose() => _timer.Dispose();

    private async Task CountAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            Interlocked.Increment(ref _ticks);
        }
    }
}
