using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>The driver's connections to one address, and how many of them are in use. Several servers share one where a proxy stands before
/// them.</summary>
/// <param name="source">The driver's data source.</param>
/// <param name="size">How many connections it has at most.</param>
internal sealed class ConnectionPool(DbDataSource source, int size = int.MaxValue)
{
    private int _open;

    public DbDataSource Source => source;

    /// <summary>Whether whoever opens a connection now has to wait for one.</summary>
    public bool IsUsedUp => Volatile.Read(ref _open) > size;

    /// <summary>Somebody opens a connection.</summary>
    /// <returns>False where all of the pool's are in use.</returns>
    public bool Enter() => Interlocked.Increment(ref _open) <= size;

    /// <summary>A connection is closed, or did not open.</summary>
    public void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>Opens a connection past all routing; the caller disposes it.</summary>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    public ValueTask<DbConnection> ConnectAsync(bool isAsync, CancellationToken cancellation) =>
        isAsync ? source.OpenConnectionAsync(cancellation) : new(source.OpenConnection());
}
