using System.Collections.Concurrent;
using MonotonicReads.Observability;

namespace MonotonicReads.Servers;

/// <summary>One server of a replicated data source: its name, its connections, and what is known of it.</summary>
internal sealed class RoutedServer(string name, ConnectionPool pool, bool isPrimary)
{
    private const int MostMet = 8;

    private readonly object _lock = new();
    private readonly ConcurrentQueue<string> _met = new();
    private volatile Reach? _reached;
    private volatile Comparison? _compared;
    private volatile ComparisonTry? _tried;
    private volatile Holding? _held;
    private volatile Beat? _beat;
    private long _unavailableUntil;
    private long _goneAt;
    private volatile bool _isKeptOut;
    private volatile bool _isTooFarBehind;
    private volatile KnownRun _run = new(0, "");
    private volatile bool _isAnsweredByOther;
    private int _restartedAs;

    public string Name => name;

    public ConnectionPool Pool => pool;

    public bool IsPrimary => isPrimary;

    /// <summary>
    /// Counts the runs of the server that were seen; a session may not read two of them. 0 before the first connection,
    /// and for servers that are not asked.
    /// </summary>
    public int Incarnation => _run.Incarnation;

    /// <summary>How the server is asked for positions; null for a provider without any, and before the first connection.</summary>
    public ServerProtocol? Protocol { get; private set; }

    /// <summary>As the server introduced itself; null where only its connections tell.</summary>
    public string? Version { get; private set; }

    /// <summary>Whether the server can say what a read saw.</summary>
    public bool CanTellWhatWasSeen { get; private set; }

    /// <summary>Whether its connections begin with autocommit off: a read on one begins a transaction, whose moment later reads on it
    /// show.</summary>
    public bool HoldsMoments { get; private set; }

    /// <summary>What this run of the server is known to have reached; null where nothing is known.</summary>
    public ReplicationPosition? Reached => _reached?.Position;

    /// <summary>The same, and when that was; null where nothing is known.</summary>
    public Reach? LastReach => _reached;

    /// <summary>By a heartbeat of the primary's this run of the server shows no older state than that of this timestamp; null where nothing
    /// is known.</summary>
    public long? FreshAt => _beat is { } beat && beat.Incarnation == Incarnation ? beat.At : null;

    /// <summary>A heartbeat told how far behind a run of the server was.</summary>
    /// <param name="at">The timestamp of the state that it showed.</param>
    /// <param name="incarnation">The run.</param>
    public void NoteHeartbeat(long at, int incarnation) =>
        // Of two looks that cross, the one that tells more.
        _beat = Address is { IsExact: false } || FreshAt >= at ? _beat : new Beat(at, incarnation);

    /// <summary>The servers that answered at the address, by their ids, the last ones of them.</summary>
    public IReadOnlyCollection<string> Met => _met;

    public void NoteMet(string server)
    {
        _met.Enqueue(server);
        if (_met.Count > MostMet)
        {
            _met.TryDequeue(out _);
        }
    }

    /// <summary>The run of the server that was met last.</summary>
    public KnownRun Run => _run;

    /// <summary>What this run of the server was last seen to hold, by whatever it answered; null where nothing is known.</summary>
    public ReplicationPosition? Held
    {
        get
        {
            var noted = _held is { } held && held.Incarnation == Incarnation ? held.Position : null;
            return LastReach?.Position.AllHeld is not { } told ? noted : noted?.Union(told) ?? told;
        }
    }

    public void NoteHeld(ReplicationPosition? held, int incarnation) => _held = held is null ? null : new Holding(held, incarnation);

    /// <summary>Whether it was a replica and takes writes now: what it has since is of its own making.</summary>
    public bool IsPromoted { get; set; }

    public void Introduce(ServerProtocol protocol, IReadOnlyDictionary<string, string> variables)
    {
        IsPromoted = false;
        NoteHeld(protocol.HeldOf(variables), Incarnation);
        CanTellWhatWasSeen = protocol.CanTellWhatWasSeen(variables, isPrimary);
        Version = variables.GetValueOrDefault("version");
        HoldsMoments = variables.GetValueOrDefault("autocommit") is "OFF" or "0";
        Protocol = protocol;
    }

    /// <summary>The last incarnation that was a server which had been there before, and may have crashed since.</summary>
    public int RestartedAs => Volatile.Read(ref _restartedAs);

    /// <summary>Another run of the server, or another server: what is known of its position is void.</summary>
    /// <param name="name">What every process calls it; empty where nobody tells.</param>
    /// <param name="isRestart">Whether it is a server that was there before.</param>
    public void NewIncarnation(string name = "", bool isRestart = false)
    {
        lock (_lock)
        {
            var next = new KnownRun(_run.Incarnation + 1, name);
            Volatile.Write(ref _restartedAs, isRestart ? next.Incarnation : _restartedAs);
            _run = next;
            _reached = null;
        }
    }

    /// <summary>Remembers what a run of the server has reached, so that no one waits for it again.</summary>
    /// <param name="reached">What it has said.</param>
    /// <param name="incarnation">The run.</param>
    /// <param name="at">When it was asked, or later: a timestamp of the source's clock.</param>
    public void Learn(ReplicationPosition reached, int incarnation, long at)
    {
        if (Address is { IsExact: false })
        {
            // It may be another's, and the read another's again.
            return;
        }

        var hasNewWriter = false;
        lock (_lock)
        {
            if (_run.Incarnation == incarnation)
            {
                // Not both together: what contains two positions may be more than the server has. Of two that are as much the later one
                // tells more of what the server holds.
                var before = _reached?.Position;
                var most = before?.Contains(reached) == true && !reached.Contains(before) ? before : reached;
                hasNewWriter = reached.Writers > ((before ?? Held)?.Writers ?? int.MaxValue);
                _reached = new Reach(most, Math.Max(at, _reached?.At ?? at));
            }
        }

        if (hasNewWriter)
        {
            HeardOfNewWriter?.Invoke();
        }
    }

    /// <summary>Told when an answer names a server that had written nothing before: a new primary, or the replica itself.</summary>
    public Action? HeardOfNewWriter { get; set; }

    /// <summary>What the last comparison with the primary found; null before the first, and on the primary.</summary>
    public Comparison? Compared
    {
        get => _compared;
        set => _compared = value;
    }

    /// <summary>When that was tried last; null before the first.</summary>
    public ComparisonTry? Tried
    {
        get => _tried;
        set => _tried = value;
    }

    /// <summary>Whether this run of it holds what the primary lacks, as far as is known.</summary>
    public bool IsDiverged => _compared is { Found: Lineage.Diverged } compared && compared.Incarnation == Incarnation;

    /// <summary>How a statement names it to the proxy before it; null where its connections lead to it alone, or where a proxy cannot be
    /// told.</summary>
    public ProxyAddress? Address { get; init; }

    /// <summary>How a test's stand-in for a server begins snapshots and tells its errors; null for a server.</summary>
    public IStandIn? StandIn { get; init; }

    /// <summary>Asks the server who it is; null where nobody can.</summary>
    public Func<ServerQuestions, ValueTask>? Introduction { get; init; }

    /// <summary>Whether it must be asked who it is before anything else.</summary>
    public bool IsStranger => Protocol is null && Introduction is not null;

    /// <summary>Makes sure that <see cref="Protocol"/> is known.</summary>
    /// <param name="server">The server, on an open connection.</param>
    public ValueTask MeetAsync(ServerQuestions server) => IsStranger ? Introduction!(server) : default;

    /// <summary>Makes sure that it is the one who answers, where a proxy lets others: before and after what is asked of it.</summary>
    /// <param name="server">The server, on an open connection.</param>
    /// <exception cref="AnsweredByOtherException">It is not.</exception>
    public ValueTask ProveItselfAsync(ServerQuestions server) => Address is { IsExact: false } ? Introduction!(server) : default;

    /// <summary>How the server is asked; who comes first meets it.</summary>
    /// <param name="server">The server, on an open connection.</param>
    /// <exception cref="InvalidOperationException">It cannot be asked at all.</exception>
    public async ValueTask<ServerProtocol> ProtocolAsync(ServerQuestions server)
    {
        await MeetAsync(server).ConfigureAwait(false);
        return Protocol ?? throw new InvalidOperationException($"Server '{name}' is none that can be asked for positions.");
    }

    /// <summary>Whether it answers on connections that are others' too, so that only an answer tells which run of it is there.</summary>
    public bool IsBehindProxy => Address is not null;

    /// <summary>What spans say of it.</summary>
    public ServerTags Tags => new(name, Protocol?.SystemName, Host, Port);

    /// <summary>Its host, for spans; null where it was made from a data source.</summary>
    public string? Host { get; init; }

    /// <summary>Its port, for spans.</summary>
    public int Port { get; init; }

    /// <summary>The connection string that it was made from; null where it was made from a data source.</summary>
    public string? Settings { get; init; }

    /// <summary>Whether the monitor keeps it out of new draws: it is down, or lags too far.</summary>
    public bool IsKeptOut
    {
        get => _isKeptOut;
        set => _isKeptOut = value;
    }

    /// <summary>Whether it lags so far that sessions which read on it have to leave.</summary>
    public bool IsTooFarBehind
    {
        get => _isTooFarBehind;
        set => _isTooFarBehind = value;
    }

    /// <summary>Whether a proxy let another server answer in its name when it was asked last: a read there would be on any
    /// server.</summary>
    public bool IsAnsweredByOther
    {
        get => _isAnsweredByOther;
        set => _isAnsweredByOther = value;
    }

    /// <summary>Whether it counts as lost for the sessions that read on it: removed, drained for too long, too far behind, or answered for
    /// by others.</summary>
    public bool IsGone(TimeProvider time) =>
        _isTooFarBehind || _isAnsweredByOther || (Volatile.Read(ref _goneAt) is not 0 and var at && time.GetTimestamp() >= at);

    /// <summary>Sessions may stay for so long; null for as long as they like.</summary>
    public void LeaveAfter(TimeProvider time, TimeSpan? rest) =>
        Volatile.Write(ref _goneAt, rest is { } left ? Math.Max(1, After(time, left)) : 0);

    public bool IsAvailable(TimeProvider time)
    {
        if (_isKeptOut)
        {
            return false;
        }

        var until = Volatile.Read(ref _unavailableUntil);
        return until == 0 || time.GetTimestamp() >= until;
    }

    public void MarkUnavailable(TimeProvider time, TimeSpan duration) => Volatile.Write(ref _unavailableUntil, After(time, duration));

    // What is beyond all counting is never.
    private static long After(TimeProvider time, TimeSpan duration)
    {
        var now = time.GetTimestamp();
        var ticks = duration.TotalSeconds * time.TimestampFrequency;
        return ticks < long.MaxValue - now ? now + (long)ticks : long.MaxValue;
    }

    public void MarkAvailable()
    {
        if (Volatile.Read(ref _unavailableUntil) != 0)
        {
            Volatile.Write(ref _unavailableUntil, 0);
        }
    }

    /// <summary>A run of the server. Both at once, so that nobody takes the number of one for the name of another.</summary>
    /// <param name="Incarnation">Its number in this process; 0 before the first connection.</param>
    /// <param name="Name">What every process calls it; empty where nobody tells.</param>
    public sealed record KnownRun(int Incarnation, string Name);

    /// <summary>What a server is known to have reached.</summary>
    /// <param name="Position">The position.</param>
    /// <param name="At">When it was asked last.</param>
    public sealed record Reach(ReplicationPosition Position, long At);

    private sealed record Beat(long At, int Incarnation);

    private sealed record Holding(ReplicationPosition Position, int Incarnation);
}
