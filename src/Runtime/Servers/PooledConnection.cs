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

    private PooledConnection(DbConnection connection, PoolGeneration generation, ConnectionPool pool)
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

    public bool IsOf(ConnectionPool pool) => ReferenceEquals(pool, _pool);

    /// <summary>Opens one. Counted from the beginning, so that whoever comes meanwhile knows of it.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="idle">Who keeps connections that nobody uses; asked to give them back where this opening would have to wait.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    public static async ValueTask<PooledConnection> OpenAsync(
        ConnectionPool pool,
        IIdleConnections idle,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var isUsedUp = !pool.Enter();
        try
        {
            if (isUsedUp)
            {
                idle.GiveBack(pool);
            }

            var (connection, generation) = await pool.ConnectAsync(isAsync, cancellation).ConfigureAwait(false);
            return new PooledConnection(connection, generation, pool);
        }
        catch
        {
            pool.Leave();
            throw;
        }
    }

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

/// <summary>Who keeps connections open that nobody uses at the moment.</summary>
internal interface IIdleConnections
{
    /// <summary>Somebody has to wait for a connection of this pool: all of it that are kept go back.</summary>
    void GiveBack(ConnectionPool pool);
}
