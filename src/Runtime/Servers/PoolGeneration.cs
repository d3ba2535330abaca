using System.Collections.Concurrent;
using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>The connections of a pool that lead to one run of one server.</summary>
/// <param name="pool">The pool.</param>
/// <param name="make">Makes the driver's data source; may fail, since it is the program's too.</param>
internal sealed class PoolGeneration(ConnectionPool pool, Func<PoolGeneration, DbDataSource> make)
{
    private readonly ConcurrentDictionary<int, int> _asked = new();
    private readonly object _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DbDataSource? _source;
    private bool _hasEnded;
    private int _openings;

    /// <summary>The driver's data source. Whoever asks for it first makes it, under no lock but its own; where that fails the next one
    /// tries.</summary>
    /// <exception cref="ObjectDisposedException">The generation has ended before it was made.</exception>
    public DbDataSource Source => _source ?? Made();

    /// <summary>How many connections it has at most.</summary>
    public int Size { get; set; } = int.MaxValue;

    /// <summary>Whether its connections may be handed out still.</summary>
    public bool IsCurrent => ReferenceEquals(pool.Current, this);

    /// <summary>Whether one of them has told which run it leads to, so that all the others must lead there.</summary>
    public bool HasRun { get; set; }

    /// <summary>Whether one of them was handed out.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Asks a connection where it leads; null where nobody asks. Known with <see cref="Source"/>.</summary>
    public Func<DbConnection, ValueTask>? Ask { get; set; }

    /// <summary>Whether a connection that is not new has to be asked where it leads: one of its number told what is refused. The driver
    /// pools one that fails when it is opened, and it comes back as an old one; servers number alike, so that which one it is nobody
    /// knows, for as long as the generation lasts.</summary>
    public bool IsUnproven(int number) => _asked.GetValueOrDefault(number) > 0;

    /// <summary>A connection of this number is asked where it leads.</summary>
    public void BeginToAsk(int number) => _asked.AddOrUpdate(number, 1, static (_, asked) => asked + 1);

    /// <summary>It has told.</summary>
    public void EndToAsk(int number)
    {
        if (_asked.AddOrUpdate(number, 0, static (_, asked) => asked - 1) == 0)
        {
            _asked.TryRemove(new KeyValuePair<int, int>(number, 0));
        }
    }

    /// <summary>No connection of it is handed out from now on. Never fails: whoever found that has more to note.</summary>
    public void Retire() => pool.Retire(this);

    /// <summary>A connection is opened; <see cref="EndOpening"/> follows.</summary>
    /// <returns>False where none is any more.</returns>
    public bool TryBeginOpening()
    {
        lock (_lock)
        {
            _openings += _hasEnded ? 0 : 1;
            return !_hasEnded;
        }
    }

    /// <summary>It is open and the caller's, or it was given back.</summary>
    public void EndOpening()
    {
        lock (_lock)
        {
            if (--_openings > 0 || !_hasEnded)
            {
                return;
            }
        }

        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(EndWithLastAsync);
    }

    /// <summary>Completed when all is closed that was being opened when it ended; not before it ends.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The data source is made no more, and opens nothing.</summary>
    /// <returns>What is to be disposed; null where it never was, or where connections are being opened: then it is with the last of them.
    /// A driver's pool that is disposed meanwhile keeps what is opened, and nobody closes that.</returns>
    public DbDataSource? End()
    {
        lock (_lock)
        {
            if (_hasEnded || _openings > 0)
            {
                _hasEnded = true;
                return null;
            }

            _hasEnded = true;
        }

        _ended.TrySetResult();
        return _source;
    }

    // Whoever waits for it is told what it throws; where nobody does, nobody can be told.
    private async Task EndWithLastAsync()
    {
        try
        {
            if (_source is { } source)
            {
                await source.DisposeAsync().ConfigureAwait(false);
            }

            _ended.TrySetResult();
        }
        catch (Exception exception)
        {
            _ended.TrySetException(exception);
            _ = _ended.Task.Exception;
        }
    }

    private DbDataSource Made()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_hasEnded && _source is null, typeof(ConnectionPool));

            // What the driver begins for it (it fetches passwords by a timer) outlives whoever opens the first connection.
            using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            return _source ??= make(this);
        }
    }
}
