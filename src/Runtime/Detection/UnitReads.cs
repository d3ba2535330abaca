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

    private readonly WeakReference<object> _key = new(key);
    private readonly List<SentStatement> _sent = [];
    private object? _observed;
    private object? _writer;
    private bool _observedSeveral;
    private bool _observedOutside;
    private bool _wroteForSeveral;
    private bool _isAtFault;
    private bool _hasEnded;

    public SeriesUnitKind Kind { get; } = SeriesFlow.KindOf(key);

    public long Began { get; } = began;

    /// <summary>When it last read or wrote.</summary>
    public long Last { get; private set; } = began;

    /// <summary>Whether what it formed was told; what comes now is another unit's.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>Whether nothing more belongs to it, though nobody said so.</summary>
    public bool IsGone => !_key.TryGetTarget(out var unit) || unit is Activity { IsStopped: true };

    /// <summary>A statement is sent.</summary>
    /// <returns>Whether it is the first that is at fault.</returns>
    public bool Add(SentStatement statement, long now)
    {
        lock (_sent)
        {
            if (_hasEnded)
            {
                return false;
            }

            Last = now;
            if (statement.IsRead)
            {
                statement = statement with { Faults = FaultsOf(statement) };
                Observe(statement);
            }

            if (statement.Writes)
            {
                // What is written outside a session no session knows of.
                var writer = statement.Session ?? this;
                _wroteForSeveral |= _writer is not null && !ReferenceEquals(_writer, writer);
                _writer ??= writer;
            }

            if (_sent.Count < MostStatements)
            {
                _sent.Add(statement);
            }

            var isFirst = !_isAtFault && statement.Faults != SeriesFaults.None;
            _isAtFault |= isFirst;
            return isFirst;
        }
    }

    /// <summary>It has ended: what it formed is told, once.</summary>
    public void End()
    {
        lock (_sent)
        {
            if (_hasEnded)
            {
                return;
            }

            Volatile.Write(ref _hasEnded, true);
        }

        // Nothing is added any more: who finds that it has ended begins another.
        detector.Ended(this, _sent);
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
        var missesWrite = _writer is not null && !(read.SeesOwnWrites && !_wroteForSeveral && ReferenceEquals(_writer, read.Session));
        return (meets ? SeriesFaults.SeveralServers : SeriesFaults.None) | (missesWrite ? SeriesFaults.ReadAfterWrite : SeriesFaults.None);
    }

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
    /// <summary>Whether the method that sent it accepts stale and out-of-order answers.</summary>
    public bool IsAccepted => Callers.Declares == "Eventual";

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
