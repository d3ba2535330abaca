using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>
/// One of the driver's connections together with its place in its pool's count: who holds it has both, and gives both up at once.
/// </summary>
internal sealed class PooledConnection
{
    private readonly ConnectionPool _pool;
    private readonly PoolGeneration _generation;
    private int _hasLeft;

    /// <param name="connection">The driver's.</param>
    /// <param name="generation">The generation that it is of.</param>
    /// <param name="pool">The pool, which counts it already.</param>
    public PooledConnection(DbConnection connection, PoolGeneration generation, ConnectionPool pool)
    {
        Connection = connection;
        _generation = generation;
        _pool = pool;
    }

    public DbConnection Connection { get; }

    /// <summary>Whether the server's address leads to another one by now, or to another run of it.</summary>
    public bool IsOutdated => !_generation.IsCurrent;

    /// <summary>No connection that was made until now is handed out again: the server is not what it was.</summary>
    public void RetireAll() => _generation.Retire();

    /// <summary>A transaction of ours that may be open on it, whatever became of the statement that begins it; null for none.</summary>
    public BegunSnapshot? Begun { get; set; }

    /// <summary>Those of its pool that sessions hold.</summary>
    public HeldConnections Held => _pool.Held;

    /// <summary>The generation that it is of.</summary>
    public PoolGeneration Generation => _generation;

    /// <summary>The driver has closed it: it is not in use any more.</summary>
    public void NoteClosed() => TryLeave();

    /// <summary>Gives it back to the driver, with a transaction of ours as soon as that has ended: nobody waits for it. Doing it twice does
    /// nothing.</summary>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="silent">The question on it that got no answer: it is left alone until the driver gives up. Null where nothing runs on
    /// it.</param>
    public ValueTask DisposeAsync(bool isAsync, SilentServerException? silent = null) =>
        !TryLeave() ? default
        : Begun is { } begun ? Letting.GoWhenEnded(Connection, begun, silent)
        : Letting.GoAsync(Connection, silent, isAsync);

    private bool TryLeave()
    {
        if (Interlocked.Exchange(ref _hasLeft, 1) != 0)
        {
            return false;
        }

        _pool.Leave();
        return true;
    }
}
