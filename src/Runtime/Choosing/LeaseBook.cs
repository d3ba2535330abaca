using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Looks after the pools of a data source of which sessions keep connections between two reads, so that none is kept for too
/// long.</summary>
internal sealed class LeaseBook : IDisposable
{
    // One that is never closed costs no more than that.
    private static readonly TimeSpan SinceDisposed = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly List<HeldConnections> _pools = [];
    private bool _isDisposed;

    public LeaseBook(TimeProvider time)
    {
        _time = time;

        // The sweep is nobody's read: it must not hold the session of whoever created the data source.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static book => ((LeaseBook)book!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Something is held of a pool.</summary>
    public void Watch(HeldConnections pool)
    {
        if (!pool.IsWatched)
        {
            Add(pool);
        }
    }

    public void Dispose()
    {
        lock (_pools)
        {
            _isDisposed = true;
            _pools.ForEach(static pool => pool.End());
            GoOn();
        }
    }

    private void Add(HeldConnections pool)
    {
        lock (_pools)
        {
            if (_isDisposed)
            {
                pool.End();
            }

            if (!pool.IsWatched && !(_isDisposed && pool.IsEmpty))
            {
                pool.IsWatched = true;
                _pools.Add(pool);
                if (_pools.Count == 1)
                {
                    _timer.Change(SessionLease.LongestIdle, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    private void Sweep()
    {
        lock (_pools)
        {
            var now = _time.GetTimestamp();
            var latest = now - (long)(SessionLease.LongestIdle.TotalSeconds * _time.TimestampFrequency);
            _pools.ForEach(pool => pool.GiveBackIdle(latest, now));
            GoOn();
        }
    }

    // Readers that are open when the data source is disposed close their connections later.
    private void GoOn()
    {
        _pools.RemoveAll(static pool => !IsNeeded(pool));
        if (_pools.Count > 0)
        {
            _timer.Change(_isDisposed ? SinceDisposed : SessionLease.LongestIdle / 2, Timeout.InfiniteTimeSpan);
        }
        else if (_isDisposed)
        {
            _timer.Dispose();
        }
    }

    // Who holds one looks afterwards whether the pool is watched.
    private static bool IsNeeded(HeldConnections pool)
    {
        pool.IsWatched = false;
        return pool.IsWatched = !pool.IsEmpty;
    }
}
