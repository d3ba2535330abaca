using System.Data.Common;
using MonotonicReads.Servers;
using MonotonicReads.Sql;

namespace MonotonicReads.Sessions;

/// <summary>
/// The one connection of a snapshot in a data source, with its read-only transaction. Every <see cref="ReplicatedConnection"/> of
/// the snapshot uses it, one statement after the other.
/// </summary>
internal sealed class SnapshotConnection(ISessionSource source) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(16);
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForReaders = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private PooledConnection? _pooled;
    private DbDataReader? _reader;
    private volatile int _turns;
    private volatile bool _hasEnded;
    private volatile bool _isLost;

    public ISessionSource Source => source;

    /// <summary>Whether no statement runs from now on.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Where the snapshot was taken; null before that.</summary>
    public RoutedServer? Server { get; private set; }

    /// <summary>Its connection; null before the snapshot was taken.</summary>
    public PooledConnection? Pooled => _pooled;

    /// <summary>Which turn it is: another one once what was asked before it has been read to its end.</summary>
    public int Turn => _turns;

    /// <summary>What was set of its session, by whichever reader; null for nothing. Touched by who has the turn.</summary>
    public SessionSettings? Settings { get; private set; }

    /// <summary>Whether more was set of it than <see cref="Settings"/> says, or less. Touched by who has the turn.</summary>
    public bool HasUnknownSettings { get; set; }

    /// <summary>Something was set of its session.</summary>
    public void Changed(SessionSettings settings) => Settings = Settings?.With(settings) ?? settings;

    /// <summary>Whether the transaction may have ended although the connection is open.</summary>
    public bool IsLost
    {
        get => _isLost;
        set => _isLost = value;
    }

    /// <summary>Waits until nobody else is asking, and until what was asked last is read to its end.</summary>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">It lasted longer than a connection may take to open, or the snapshot has
    /// ended.</exception>
    public async ValueTask TakeTurnAsync(bool isAsync, CancellationToken cancellation)
    {
        if (_hasEnded)
        {
            throw Ended();
        }

        var started = source.Time.GetTimestamp();
        var most = source.ConnectionTimeout > 0 ? TimeSpan.FromSeconds(source.ConnectionTimeout) : ForReaders;
        var isMine = isAsync ? await _turn.WaitAsync(most, cancellation).ConfigureAwait(false) : _turn.Wait(most, cancellation);
        var mayAsk = false;
        try
        {
            mayAsk = isMine && await IsReadToItsEndAsync(started, most, isAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (isMine && !mayAsk)
            {
                _turn.Release();
            }
        }

        if (mayAsk)
        {
            // Nobody else has the turn.
            _turns++;
            return;
        }

        throw _hasEnded
            ? Ended()
            : new InvalidOperationException(
                "The reads of a snapshot share one connection and run one after the other, and a reader has been open on it for too long. "
                    + "Read it to its end, or close it, before the next read (ToList, or a buffered query)."
            );
    }

    /// <summary>Lets the next one ask.</summary>
    /// <param name="reader">What has to be read first; null for nothing.</param>
    public void EndTurn(DbDataReader? reader)
    {
        _reader = reader;
        _turn.Release();
    }

    /// <summary>The timestamp of a moment whose state, or a later one, it shows; null where none is known.</summary>
    public long? AsOf { get; private set; }

    /// <summary>The snapshot was taken on this connection. Called by who has the turn.</summary>
    public void Keep(PooledConnection pooled, RoutedServer server, long? asOf)
    {
        _pooled = pooled;
        Server = server;
        AsOf = asOf;
    }

    /// <summary>No statement runs from now on; the transaction ends when the last one has been read.</summary>
    public void End()
    {
        _hasEnded = true;
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(EndAsync);
    }

    public void Dispose() => _turn.Dispose();

    public static InvalidOperationException Ended() => new("The snapshot session has ended. Open connections and read inside it.");

    private async ValueTask<bool> IsReadToItsEndAsync(long started, TimeSpan most, bool isAsync, CancellationToken cancellation)
    {
        for (var pause = TimeSpan.FromMilliseconds(1); !_hasEnded; pause = pause < LongestPause ? pause * 2 : pause)
        {
            if (_reader is null or { IsClosed: true })
            {
                _reader = null;
                return true;
            }

            if (source.Time.GetElapsedTime(started) > most)
            {
                return false;
            }

            if (isAsync)
            {
                await Task.Delay(pause, source.Time, cancellation).ConfigureAwait(false);
            }
            else
            {
                Thread.Sleep(pause);
            }
        }

        return false;
    }

    // However long it lasts: to end the transaction under a reader would be to use one connection twice at once.
    private async Task EndAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _turn.Release();
        for (var pause = LongestPause; _reader is { IsClosed: false }; pause = pause < Unhurried ? pause * 2 : pause)
        {
            await Task.Delay(pause, source.Time).ConfigureAwait(false);
        }

        if (_pooled is { } pooled)
        {
            await pooled.DisposeAsync(isAsync: true).ConfigureAwait(false);
        }
    }
}
