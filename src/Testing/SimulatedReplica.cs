using System.Collections.Concurrent;
using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>One replica of a set: what it shows, where that is, and whether it is there.</summary>
internal sealed class SimulatedReplica : IStandIn
{
    private readonly ITestServer _server;
    private readonly PositionCount _count;
    private volatile Holding? _held;
    private DbDataSource? _next;
    private volatile bool _isKilled;

    public SimulatedReplica(string name, ITestServer server, PositionCount count)
    {
        (Name, _server, _count) = (name, server, count);
        _next = server.Present(name);
        Pool = new ConnectionPool(_ => new ReplicaMoment(this, Interlocked.Exchange(ref _next, null) ?? server.Present(name)));
        Routed = Introduced(new RoutedServer(name, Pool, isPrimary: false) { StandIn = this });
    }

    public string Name { get; }

    public ConnectionPool Pool { get; }

    /// <summary>What routing knows of it.</summary>
    public RoutedServer Routed { get; }

    /// <summary>Its open connections.</summary>
    public ConcurrentDictionary<DbConnection, bool> Open { get; } = new();

    /// <summary>Null while it shows the present.</summary>
    public Holding? Held => Ahead is null ? _held : null;

    /// <summary>The present, for a while: the moment at which it is held is kept meanwhile.</summary>
    public DbDataSource? Ahead { get; set; }

    public bool IsKilled => _isKilled;

    public async Task HoldAsync(int number, CancellationToken cancellation)
    {
        ThrowIfGone();

        // Counted before: what is written meanwhile may be in what it shows, and is not promised.
        var position = _count.Current;
        Show(await _server.HoldAsync(Name, cancellation).ConfigureAwait(false), new Holding(position, number));
    }

    public void Advance()
    {
        ThrowIfGone();
        if (_held is not null)
        {
            Show(_server.Present(Name), held: null);
        }
    }

    public void Kill()
    {
        _isKilled = true;
        _held = null;
        Pool.Current.Retire();
        _server.Break([.. Open.Keys]);
    }

    public void Revive()
    {
        if (_isKilled)
        {
            Routed.NewIncarnation(Guid.NewGuid().ToString("N"), isRestart: true);
            Routed.MarkAvailable();
            _isKilled = false;
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
    public static RoutedServer Introduced(RoutedServer server, ITestServer over, PositionCount count, Func<ReplicationPosition?> held)
    {
        server.NewIncarnation(Guid.NewGuid().ToString("N"));
        server.Introduce(
            new SimulatedProtocol(over, count, held),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = over.Version }
        );
        return server;
    }

    ValueTask<bool> IStandIn.BeginSnapshotAsync(ServerQuestions server) => _server.BeginSnapshotAsync(server, Held is not null);

    ValueTask<bool> IStandIn.EndSnapshotAsync(ServerQuestions server) => _server.EndSnapshotAsync(server, _held is not null);

    Exception? IStandIn.Explained(Exception exception) => _server.Explained(exception, Name, Held is not null);

    private RoutedServer Introduced(RoutedServer server) => Introduced(server, _server, _count, () => Held?.Position);

    // No connection that was opened until now is handed out again, nor kept for a session's next read.
    private void Show(DbDataSource shown, Holding? held)
    {
        _next = shown;
        _held = held;
        Pool.Current.Retire();
        _ = Pool.Source;
    }

    private void ThrowIfGone()
    {
        if (_isKilled)
        {
            throw new InvalidOperationException($"Replica '{Name}' was killed. Revive(\"{Name}\") first: it shows the present then.");
        }
    }

    /// <summary>A moment at which a replica is held.</summary>
    /// <param name="Position">What it has.</param>
    /// <param name="Number">The moment's number in the set, from 1.</param>
    public sealed record Holding(ReplicationPosition Position, int Number);
}
