using System.Diagnostics;
using MonotonicReads.Benchmarks.Peers.Results;

namespace MonotonicReads.Benchmarks.Peers.Parts;

/// <summary>Counts what callers see from a fault on. Each caller has written just before it, and reads a page every twenty milliseconds.</summary>
internal sealed class Witness(IPeer peer)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _exceptions = new(StringComparer.Ordinal);
    private long _begun;
    private volatile bool _isOver;
    private int _pages;
    private int _failed;
    private int _backwards;
    private double _longest;
    private double? _lastFailure;

    /// <summary>The fault is there: what is asked for from here on counts.</summary>
    public void Begin() => Volatile.Write(ref _begun, Stopwatch.GetTimestamp());

    /// <summary>Callers end with the page that they are at.</summary>
    public void End() => _isOver = true;

    public FaultResult Result()
    {
        lock (_lock)
        {
            return new(_pages, _failed, _backwards, _longest, _lastFailure, new Dictionary<string, int>(_exceptions));
        }
    }

    public async Task CallAsync()
    {
        var visitor = new Visitor();
        await using (var request = peer.Begin(visitor))
        {
            await request.WriteAsync(1);
        }

        while (!_isOver)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var page = await PageAsync(visitor);
                Note(started, page.RunsBackwards, failure: null);
            }
            catch (Exception exception)
            {
                Note(started, isBackwards: false, exception);
            }

            await Task.Delay(Pause);
        }
    }

    private async Task<PageVersions> PageAsync(Visitor visitor)
    {
        await using var request = peer.Begin(visitor);
        return await request.PageAsync();
    }

    private void Note(long started, bool isBackwards, Exception? failure)
    {
        var begun = Volatile.Read(ref _begun);
        if (begun == 0)
        {
            return;
        }

        lock (_lock)
        {
            _pages++;
            _backwards += isBackwards ? 1 : 0;
            _longest = Math.Max(_longest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (failure is not null)
            {
                _failed++;
                _lastFailure = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                var name = failure.GetType().Name;
                _exceptions[name] = _exceptions.GetValueOrDefault(name) + 1;
            }
        }
    }
}
