using System.Data.Common;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Servers;

/// <summary>
/// The driver's connections to one address, and how many of them are in use. Several servers share one where a proxy stands before them.
/// A connection belongs to the run of the server that it was made to: when the address leads to another one, the pool begins a new
/// generation, and no older connection is handed out again.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    // An address that leads elsewhere each time is no address of a server.
    private const int MostGenerations = 8;

    private static readonly TimeSpan ForOpenings = TimeSpan.FromSeconds(2);

    private readonly object _lock = new();
    private readonly Func<PoolGeneration, DbDataSource>? _make;
    private volatile PoolGeneration _current;
    private Task _retired = Task.CompletedTask;
    private volatile bool _isDisposed;
    private int _open;
    private int _most;

    /// <summary>A pool whose connections all lead to one and the same.</summary>
    /// <param name="source">The driver's data source.</param>
    /// <param name="size">How many connections it has at most.</param>
    public ConnectionPool(DbDataSource source, int size = int.MaxValue)
    {
        _current = new PoolGeneration(this, _ => source) { Size = size };
        ConnectionString = _current.Source.ConnectionString;
    }

    /// <summary>A pool whose address may lead to another server one day.</summary>
    /// <param name="make">Makes the driver's data source of a generation and says its size; connects to nothing. Of the first one it is
    /// called here, so that what is wrong with it is told at once.</param>
    public ConnectionPool(Func<PoolGeneration, DbDataSource> make)
    {
        _make = make;
        _current = new PoolGeneration(this, make);
        ConnectionString = _current.Source.ConnectionString;
    }

    /// <summary>As the first data source had it.</summary>
    public string ConnectionString { get; }

    /// <summary>The connections that may be handed out.</summary>
    public PoolGeneration Current => _current;

    /// <summary>Their data source.</summary>
    public DbDataSource Source => _current.Source;

    /// <summary>Those of them that sessions hold between two reads.</summary>
    public HeldConnections Held { get; } = new();

    /// <summary>Whether whoever opens a connection now has to wait for one.</summary>
    public bool IsUsedUp => Volatile.Read(ref _open) > _current.Size;

    /// <summary>Whether none of its connections is left, so that whoever opens one may have to wait.</summary>
    public bool IsFull => Volatile.Read(ref _open) >= _current.Size && Held.Idle == 0;

    /// <summary>How many are open at once without anybody being given back what is held: as many as were in use at once, since the driver
    /// has made those. Whoever opens one more gets one that a session holds and does not use.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Somebody opens a connection.</summary>
    /// <returns>False where all of the pool's are in use.</returns>
    public bool Enter()
    {
        var open = Interlocked.Increment(ref _open);
        if (open > Most && !Held.TryGiveBackOne(hasToWait: open > _current.Size))
        {
            Raise(Math.Min(open, _current.Size));
        }

        return open <= _current.Size;
    }

    /// <summary>A connection is closed, or did not open.</summary>
    public void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>One that was held was given back, and missed at once: reads would have it still, were there one more.</summary>
    public void HoldMore() => Raise(Math.Min(Most + 1, _current.Size));

    /// <summary>The connections of a generation are out of use: idle ones are closed, others when they are given back. Doing it twice does
    /// nothing.</summary>
    /// <param name="generation">The generation.</param>
    /// <remarks>The next one makes its data source when somebody opens a connection: the program has a hand in that, which may take long,
    /// or fail, and nothing here waits for it.</remarks>
    public void Retire(PoolGeneration generation)
    {
        lock (_lock)
        {
            if (_make is null || _isDisposed || !ReferenceEquals(_current, generation))
            {
                return;
            }

            _current = new PoolGeneration(this, _make) { Size = generation.Size };
            _retired = _retired.IsCompleted ? generation.Ended : Task.WhenAll(_retired, generation.Ended);
        }

        // Says goodbye on each of the connections; nobody waits for that.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(() => generation.End()?.Dispose());
    }

    /// <summary>Opens a connection past all routing; the caller disposes it. Counted from the beginning, so that whoever comes meanwhile
    /// knows of it.</summary>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    /// <exception cref="InvalidOperationException">Each new connection leads to another server.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PooledConnection> ConnectAsync(bool isAsync, CancellationToken cancellation)
    {
        // One state machine for all of it: a read waits here for its reset.
        Enter();
        var isOpen = false;
        try
        {
            for (var tries = MostGenerations; tries > 0; tries--)
            {
                var generation = _current;
                if (!generation.TryBeginOpening())
                {
                    ObjectDisposedException.ThrowIf(generation.IsCurrent, this);
                    continue;
                }

                DbConnection? left = null;
                try
                {
                    var source = generation.Source;
                    var connection = left =
                        generation.Ask is not null ? source.CreateConnection()
                        : isAsync ? await source.OpenConnectionAsync(cancellation).ConfigureAwait(false)
                        : source.OpenConnection();
                    if (generation.Ask is not null && isAsync)
                    {
                        await connection.OpenAsync(cancellation).ConfigureAwait(false);
                    }
                    else if (generation.Ask is not null)
                    {
                        connection.Open();
                    }

                    left = null;
                    isOpen = generation.IsCurrent && !_isDisposed;
                    if (isOpen)
                    {
                        generation.IsUsed = true;
                        return new PooledConnection(connection, generation, this);
                    }

                    await Letting.GoAsync(connection, silent: null, isAsync).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    await GivenUpConnections.LeaveAsync(left, generation, exception, isAsync).ConfigureAwait(false);
                    if (!IsOfYesterday(generation, exception))
                    {
                        throw;
                    }
                }
                finally
                {
                    generation.EndOpening();
                }
            }
        }
        finally
        {
            if (!isOpen)
            {
                Leave();
            }
        }

        throw new InvalidOperationException(
            "The address leads to another server with each connection. Add each server with an address of its own."
        );
    }

    /// <summary>Closes the idle connections; those in use are closed when they are given back, and those that are being opened when they
    /// are open: nobody gets them.</summary>
    public void Dispose() => Last()?.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => Last()?.DisposeAsync() ?? default;

    /// <summary>Waits until nothing is being opened any more in pools that were disposed, but no longer than a silent server is worth: what
    /// the driver still waits for then is closed when it comes.</summary>
    /// <param name="pools">The pools.</param>
    /// <returns>A task that fails as the driver's pools do that were disposed meanwhile.</returns>
    public static async Task EndedAsync(IEnumerable<ConnectionPool> pools)
    {
        var all = Task.WhenAll(pools.SelectMany(static pool => (Task[])[pool._retired, pool._current.Ended]));
        try
        {
            await all.WaitAsync(ForOpenings).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!all.IsCompleted)
        {
            _ = all.ContinueWith(static late => late.Exception, TaskScheduler.Default);
        }
    }

    // There is another generation by now.
    private static bool IsOfYesterday(PoolGeneration generation, Exception exception)
    {
        // There would be, were the pool not disposed.
        ObjectDisposedException.ThrowIf(exception is OutdatedConnectionException && generation.IsCurrent, typeof(ConnectionPool));
        return !generation.IsCurrent && exception is OutdatedConnectionException or ObjectDisposedException;
    }

    private void Raise(int most)
    {
        for (var before = Most; before < most; before = Most)
        {
            Interlocked.CompareExchange(ref _most, most, before);
        }
    }

    private DbDataSource? Last()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        return _current.End();
    }
}
