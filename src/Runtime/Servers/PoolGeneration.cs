using System.Collections.Concurrent;
using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>The connections of a pool that lead to one run of one server.</summary>
internal sealed class PoolGeneration
{
    private readonly ConnectionPool _pool;

    /// <param name="pool">The pool.</param>
    /// <param name="make">Makes the driver's data source.</param>
    public PoolGeneration(ConnectionPool pool, Func<PoolGeneration, DbDataSource> make)
    {
        _pool = pool;
        Source = make(this);
    }

    public DbDataSource Source { get; }

    /// <summary>Whether its connections may be handed out still.</summary>
    public bool IsCurrent => ReferenceEquals(_pool.Current, this);

    /// <summary>Whether one of them has told which run it leads to, so that all the others must lead there.</summary>
    public bool HasRun { get; set; }

    /// <summary>Whether one of them was handed out.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Those that were not asked to the end, by the server's connection id: the driver pools one that fails when it is opened,
    /// and it comes back as an old one.</summary>
    public ConcurrentDictionary<int, bool> Unproven { get; } = new();

    /// <summary>No connection of it is handed out from now on.</summary>
    public void Retire() => _pool.Retire(this);
}
