using System.Diagnostics;

namespace MonotonicReads.Detection;

/// <summary>
/// What one unit of work has read and written in one data source so far: the state that the analyzer follows along a path,
/// <em>observed</em>
/// and <em>wrote</em>. Safe for concurrent use.
/// </summary>
/// <param name="detector">Gets what the unit formed.</param>
/// <param name="key">What makes it a unit; not kept alive.</param>
/// <param name="began">When it began.</param>
internal sealed class UnitReads(SeriesDetector detector, object key, long began)
{
    /// <summary>Of so many statements the place is kept; a loop is seen long before.</summary>
    private const int MostStatements = 256;

    /// <summary>So many more are kept of places that were not there yet, or not at fault.</summary>
    private const int MostBeyond = 256;

    private const int MostAccepted = 64;

    /// <summary>A loop that nothing says anything of waits at least so long between its turns.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(500);

    /// <summary>So long where an activity runs: a request waits for others within one piece of work, too.</summary>
    private static readonly TimeSpan GapOfActivity = TimeSpan.FromSeconds(5);

    private readonly WeakReference<object> _key = new(key);
    private readonly object _lock = new();
    private readonly List<CallingMethods> _accepted = [];
    private List<SentStatement> _sent = [];
    private HashSet<(string, string, SeriesFaults)>? _beyond;
    private object? _observed;
    private object? _writer;
    private Guid? _writerId;
    private bool _observedSeveral;
    private bool _observedOutside;
    private bool _wroteForSeveral;
    private bool _isAtFault;
    private bool _hasEnded;

    public SeriesUnitKind Kind { get; } = SeriesFlow.KindOf(key);

    public long Began { get; } = began;

    /// <summary>When it last read or wrote.</summary>
    public long Last { get; private set; } = began;

    /// <summary>Whether what it formed was told, or will be; what comes now is another unit's.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>Whether there is something to tell.</summary>
    public bool IsAtFault => Volatile.Read(ref _isAtFault);

    /// <summary>What makes it a unit; null where nobody has that any more.</summary>
    public object? Key => _key.TryGetTarget(out var unit) ? unit : null;

    /// <summary>Whether nothing more belongs to it, though nobody said so.</summary>
    public bool IsGone => Key is null or Activity { IsStopped: true };

    /// <summary>A statement was sent.</summary>
    /// <returns>Whether it is the first that is at fault.</returns>
    public bool Add(SentStatement statement, long now)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return false;
            }

            Last = now;
            if (statement.IsObserving)
            {
                statement = statement with { Faults = FaultsOf(statement) };
                Observe(statement);
            }

            if (statement.Writes)
            {
                NoteWriter(statement);
            }

            Keep(statement);
            var isFirst = !_isAtFault && statement.Faults != SeriesFaults.None;
            if (isFirst)
            {
                Volatile.Write(ref _isAtFault, true);
            }

            return isFirst;
        }
    }

    /// <summary>Whether stale answers are accepted to a statement. Where the stack has lost who called, and the same methods were called by
    /// one that accepts them in this unit, nothing says that it is not that one that goes on.</summary>
    public bool Accepts(in SentStatement statement)
    {
        if (statement.IsAccepted)
        {
            lock (_lock)
            {
                if (_accepted.Count < MostAccepted && !_accepted.Contains(statement.Callers))
                {
                    _accepted.Add(statement.Callers);
                }
            }

            return true;
        }

        if (!statement.IsCut || statement.Callers.Declares is not null || statement.Session is not null)
        {
            return false;
        }

        var methods = statement.Callers.Methods;
        lock (_lock)
        {
            return _accepted.Exists(accepted => accepted.Methods.Take(methods.Count).SequenceEqual(methods));
        }
    }

    /// <summary>A transaction was rolled back: what it wrote was never written.</summary>
    public void Forget(object transaction)
    {
        lock (_lock)
        {
            // Of more statements some are not kept.
            if (_sent.Count < MostStatements && _sent.RemoveAll(sent => sent.Writes && ReferenceEquals(sent.Transaction, transaction)) > 0)
            {
                (_writer, _writerId, _wroteForSeveral) = (null, null, false);
                foreach (var write in _sent.Where(static sent => sent.Writes))
                {
                    NoteWriter(write);
                }
            }
        }
    }

    /// <summary>Whether a loop that waits between its turns has begun the next one, though nobody says so: after a pause the place that
    /// sent the unit's first statement sends one again.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="pause">How long nothing was sent.</param>
    public bool IsNextTurn(in SentStatement statement, TimeSpan pause)
    {
        if (Kind is SeriesUnitKind.Code or SeriesUnitKind.HubCall || pause < (Kind == SeriesUnitKind.Flow ? Gap : GapOfActivity))
        {
            return false;
        }

        lock (_lock)
        {
            return _sent.Count > 0 && AreOfOnePlace(_sent[0].Callers.Methods, statement.Callers.Methods);
        }
    }

    /// <summary>Nothing is added any more: who finds that it has ended begins another.</summary>
    /// <returns>False where it had ended.</returns>
    public bool TryEnd()
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return false;
            }

            Volatile.Write(ref _hasEnded, true);
            return true;
        }
    }

    /// <summary>Ends with its <see cref="SeriesUnit"/>.</summary>
    public void End() => detector.End(this, isTold: Kind == SeriesUnitKind.Code);

    /// <summary>What it sent; it has ended, and keeps nothing.</summary>
    public IReadOnlyList<SentStatement> Take()
    {
        lock (_lock)
        {
            var sent = _sent;
            (_sent, _beyond) = ([], null);
            return sent;
        }
    }

    // As far as both stacks go: the one or the other may have lost who called.
    private static bool AreOfOnePlace(IReadOnlyList<CallingMethod> one, IReadOnlyList<CallingMethod> other) =>
        one.Count > 0 && other.Count > 0 && one.Zip(other).All(static both => both.First.Equals(both.Second));

    private void NoteWriter(in SentStatement write)
    {
        // What is written outside a session no session knows of.
        var writer = write.Session ?? this;
        _wroteForSeveral |= _writer is not null && !ReferenceEquals(_writer, writer) && !HasWritten(write.Within?.Resumes);
        _writerId ??= _writer is null ? write.Within?.Id : null;
        _writer ??= writer;
    }

    private void Keep(in SentStatement statement)
    {
        if (_sent.Count < MostStatements)
        {
            _sent.Add(statement);
        }
        else if (_sent.Count < MostStatements + MostBeyond)
        {
            _beyond ??= [.. _sent.Select(static sent => (sent.Callers.Key, sent.Way, sent.Faults))];
            if (_beyond.Add((statement.Callers.Key, statement.Way, statement.Faults)))
            {
                _sent.Add(statement);
            }
        }
    }

    private SeriesFaults FaultsOf(in SentStatement read)
    {
        if (read.IsPrimary)
        {
            return SeriesFaults.None;
        }

        // Two sessions are not held against one another: a long unit has many pieces of work that each declare what they need.
        var elsewhere = _observed is not null && (_observedSeveral || !ReferenceEquals(_observed, read.RoutingUnit));
        var meets = elsewhere && (read.Session is null || _observedOutside);
        return (meets ? SeriesFaults.SeveralServers : SeriesFaults.None)
            | (MissesWrite(read) ? SeriesFaults.ReadAfterWrite : SeriesFaults.None);
    }

    private bool MissesWrite(in SentStatement read)
    {
        if (_writer is null || read.Within is { SeesAllWrites: true })
        {
            return false;
        }

        // One that goes on with the session that wrote, from its token, waits for what that wrote.
        var isWriter = ReferenceEquals(_writer, read.Session) || HasWritten(read.Within?.Resumes);
        return !(read.SeesOwnWrites && !_wroteForSeveral && isWriter);
    }

    private bool HasWritten(Guid? session) => session is not null && session == _writerId;

    private void Observe(in SentStatement read)
    {
        _observedOutside |= read.Session is null;
        _observedSeveral |= _observed is not null && !ReferenceEquals(_observed, read.RoutingUnit);
        _observed ??= read.RoutingUnit;
    }
}

/// <summary>A statement that was sent in a unit of work.</summary>
/// <param name="Callers">Who sent it.</param>
/// <param name="RoutingUnit">The same for reads that are certain to reach one server.</param>
/// <param name="Server">The server's name.</param>
/// <param name="IsPrimary">Whether that is the primary.</param>
/// <param name="Session">The session; null outside one.</param>
/// <param name="SeesOwnWrites">Whether the session promises to show its own writes.</param>
/// <param name="IsRead">Whether it returns data.</param>
/// <param name="Writes">Whether it writes.</param>
/// <param name="Faults">What it is at fault of.</param>
internal readonly record struct SentStatement(
    CallingMethods Callers,
    object RoutingUnit,
    string Server,
    bool IsPrimary,
    object? Session,
    bool SeesOwnWrites,
    bool IsRead,
    bool Writes,
    SeriesFaults Faults = SeriesFaults.None
)
{
    /// <summary>The session, as the detector knows it; null outside one.</summary>
    public WatchedSession? Within { get; init; }

    /// <summary>The transaction that it is in; null for none.</summary>
    public object? Transaction { get; init; }

    /// <summary>Whether the stack may have lost who called.</summary>
    public bool IsCut { get; init; }

    /// <summary>Whether what it is inside of accepts stale and out-of-order answers: its unit as a whole, or a method that the stack has
    /// lost.</summary>
    public bool IsInsideAccepted { get; init; }

    /// <summary>Whether stale and out-of-order answers are accepted: the methods that sent it say so, or what they are inside of does and
    /// they say nothing else.</summary>
    public bool IsAccepted => Callers.Declares is { } level ? level == "Eventual" : IsInsideAccepted && Session is null;

    /// <summary>Whether it is a read to the rules. What a write returns is its own.</summary>
    public bool IsObserving => IsRead && !Writes;

    /// <summary>What a report calls the way in which it ran.</summary>
    public string Way =>
        IsAccepted ? "accepted"
        : Writes ? "write"
        : Session is not null ? "session"
        : IsPrimary ? "primary"
        : "replica";
}

[Flags]
internal enum SeriesFaults
{
    None = 0,
    SeveralServers = 1,
    ReadAfterWrite = 2,
}
