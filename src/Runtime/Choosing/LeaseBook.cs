using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Which sessions of a data source keep a connection between two reads, so that none is kept for too long.</summary>
internal sealed class LeaseBook : IIdleConnections, IDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly List<SessionLease> _leases = [];
    private bool _isTimed;
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

    public void Add(SessionLease lease)
    {
        lock (_leases)
        {
            if (!lease.IsInBook)
            {
                lease.IsInBook = true;
                _leases.Add(lease);
            }

            if (!_isTimed && !_isDisposed)
            {
                _isTimed = true;
                _timer.Change(SessionLease.LongestIdle, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Somebody has to wait for a connection of this pool: all that are kept go back.</summary>
    public void GiveBack(ConnectionPool pool)
    {
        lock (_leases)
        {
            foreach (var lease in _leases)
            {
                lease.GiveBack(until: null, pool);
            }
        }
    }

    public void Dispose()
    {
        lock (_leases)
        {
            _isDisposed = true;
            foreach (var lease in _leases)
            {
                lease.End();
            }

            _leases.Clear();
        }

        _timer.Dispose();
    }

    private void Sweep()
    {
        lock (_leases)
        {
            var latest = _time.GetTimestamp() - (long)(SessionLease.LongestIdle.TotalSeconds * _time.TimestampFrequency);
            _leases.RemoveAll(lease => lease.GiveBack(latest, of: null) && !(lease.IsInBook = false));
            _isTimed = _leases.Count > 0 && !_isDisposed;
            if (_isTimed)
            {
                _timer.Change(SessionLease.LongestIdle / 2, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
