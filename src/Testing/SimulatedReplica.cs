using System.Collections.Concurrent;
using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>One replica of a set: what it shows, where that is, and whether it is there.</summary>
internal sealed class SimulatedReplica : IStandIn
{
    private readonly ITestServer _server;
    private readonly PositionCount _count;
    private readonly object _lock = new();
    private readonly object _turnLock = new();
    private Task _turn = Task.CompletedTask;
    private volatile Holding? _held;
    private Moment? _next;
    private volatile int _kills;
    private volatile bool _isKilled;

    public SimulatedReplica(string name, ITestServer server, PositionCount count)
    {
        (Name, _server, _count) = (name, server, count);
        Pool = new ConnectionPool(_ =>
        {
            var (shown, isHeld) = Interlocked.Exchange(ref _next, null) ?? new Moment(server.Present(name), IsHeld: false);
            return new ReplicaMoment(this, shown, isHeld);
        });
        Routed = Introduced(new RoutedServer(name, Pool, isPrimary: false) { Settings = server.Settings, StandIn = this });
    }

    public string Name { get; }

    public ConnectionPool Pool { get; }

    /// <summary>What routing knows of it.</summary>
    public RoutedServer Routed { get; }

    /// <summary>Its open connections, and whether they show an earlier moment.</summary>
    public ConcurrentDictionary<DbConnection, bool> Open { get; } = new();

    /// <summary>Null while it shows the present.</summary>
    public Holding? Held => Ahead is null ? _held : null;

    /// <summary>The present, for a while: the moment at which it is held is kept meanwhile.</summary>
    public DbDataSource? Ahead { get; set; }

    public bool IsKilled => _isKilled;

    /// <summary>Whether a connection is open on which the server may keep locks of what it has read.</summary>
    public bool LocksWhatItRead => Open.Values.Contains(true) || (_held is not null && _server.KeepsLocksOfHeld);

    /// <summary>Holds it; one after the other, lest it go back to a moment that was begun earlier.</summary>
    /// <param name="moments">Those of the set.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task HoldAsync(HeldMoments moments, CancellationToken cancellation)
    {
        lock (_turnLock)
        {
            return _turn = HoldAfterAsync(_turn, moments, cancellation);
        }
    }

    public void Advance()
    {
        ThrowIfGone();
        if (_held is not null)
        {
            TryShow(new Moment(_server.Present(Name), IsHeld: false), held: null, _kills);
        }
    }

    public void Kill()
    {
        lock (_lock)
        {
            _isKilled = true;
            _kills++;
            _held = null;
            Pool.Current.Retire();
        }

        _server.Break([.. Open.Keys]);
    }

    public void Revive()
    {
        lock (_lock)
        {
            if (_isKilled)
            {
                Routed.NewIncarnation(Guid.NewGuid().ToString("N"), isRestart: true);
                Routed.MarkAvailable();
                _isKilled = false;
            }
        }
    }

    public void ThrowIfKilled()
    {
        if (_isKilled)
        {
            throw new ReplicaKilledException(Name);
        }
    }

    /// <summary>Makes the set's primary, or a replica, one whose positions are those of the set.</summary>
    public static RoutedServer Introduced(
        RoutedServer server,
        ITestServer over,
        PositionCount count,
        Func<DbConnection, ReplicationPosition?> held
    )
    {
        server.NewIncarnation(Guid.NewGuid().ToString("N"));
        server.Introduce(
            new SimulatedProtocol(over, count, held),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = over.Version }
        );
        return server;
    }

    ValueTask<bool> IStandIn.BeginSnapshotAsync(ServerQuestions server) =>
        _server.BeginSnapshotAsync(server, ShownBy(server.Connection) is not null);

    ValueTask<bool> IStandIn.EndSnapshotAsync(ServerQuestions server) =>
        _server.EndSnapshotAsync(server, ShownBy(server.Connection) is not null);

    // Where it is ahead for a while, connections that stayed open are not.
    void IStandIn.Look(DbDataReader reader) => _server.Look(reader, _held is not null);

    Exception? IStandIn.Explained(Exception exception) => _server.Explained(exception, Name, _held is not null);

    /// <summary>The moment that a connection shows; null for the present. One that stays open goes on showing what it showed.</summary>
    public Holding? ShownBy(DbConnection? connection) =>
        connection is not null && Open.TryGetValue(connection, out var isHeld)
            ? isHeld
                ? _held
                : null
            : Held;

    private RoutedServer Introduced(RoutedServer server) =>
        Introduced(server, _server, _count, connection => ShownBy(connection)?.Position);

    // No connection that was opened until now is handed out again, nor kept for a session's next read. False where it was killed since.
    private bool TryShow(Moment moment, Holding? held, int kills)
    {
        lock (_lock)
        {
            if (_kills != kills)
            {
                return false;
            }

            _next = moment;
            var before = _held;
            _held = held;
            Pool.Current.Retire();
            _ = Pool.Source;

            // Whoever asked first for connections took it, unless the pool makes none any more.
            if (Interlocked.Exchange(ref _next, null) is null)
            {
                return true;
            }

            _held = before;
        }

        moment.Shown.Dispose();
        throw new ObjectDisposedException(nameof(LaggingReplicas));
    }

    private async Task HoldAfterAsync(Task others, HeldMoments moments, CancellationToken cancellation)
    {
        await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ThrowIfGone();

        // Counted before: what is written meanwhile may be in what it shows, and is not promised.
        var (position, kills) = (_count.Current, _kills);
        var begun = await moments.BeginAsync(cancellation).ConfigureAwait(false);
        var moment = new Moment(await _server.HoldAsync(Name, cancellation).ConfigureAwait(false), IsHeld: true);
        int number;
        try
        {
            number = await moments.EndAsync(begun, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await moment.Shown.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (!TryShow(moment, new Holding(position, number), kills))
        {
            await moment.Shown.DisposeAsync().ConfigureAwait(false);
            ThrowIfGone();
            throw new InvalidOperationException($"Replica '{Name}' was killed while it was being held, and is another run by now.");
        }
    }

    private void ThrowIfGone()
    {
        if (_isKilled)
        {
            throw new InvalidOperationException($"Replica '{Name}' was killed. Revive(\"{Name}\") first: it shows the present then.");
        }
    }

    private sealed record Moment(DbDataSource Shown, bool IsHeld);

    /// <summary>A moment at which a replica is held.</summary>
    /// <param name="Position">What it has.</param>
    /// <param name="Number">The moment's number in the set, from 1.</param>
    public sealed record Holding(ReplicationPosition Position, int Number);
}
