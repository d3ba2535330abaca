using System.Runtime.CompilerServices;
using MonotonicReads.Observability;

namespace MonotonicReads.Detection;

/// <summary>
/// Finds series of reads that no session holds together, by looking at what runs: what the analyzer cannot follow, a mediator, lazy
/// loading, two middlewares, it sees. Told is a unit of work once it has ended.
/// </summary>
internal sealed class SeriesDetector : IDisposable
{
    /// <summary>So many units with a series are followed at once; the oldest ends where there are more.</summary>
    private const int MostUnits = 1024;

    /// <summary>A unit that goes on and on is told after so long, and begins anew.</summary>
    private static readonly TimeSpan LongestUnit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<object, UnitReads> _units = new();
    private readonly HashSet<UnitReads> _open = [];
    private readonly SeriesDetectorOptions _options;
    private readonly TimeProvider _time;
    private readonly SourceMembers _members;
    private readonly SeriesBook _book;
    private readonly uint _sampled;
    private readonly EventHandler? _exiting;
    private ITimer? _timer;
    private volatile bool _isDisposed;

    /// <param name="options">What was asked for.</param>
    /// <param name="reports">Told of what is found.</param>
    /// <param name="raise">Raises the event.</param>
    /// <param name="source">The data source's name.</param>
    /// <param name="routesStatements">Whether a proxy may send each statement of a connection elsewhere.</param>
    /// <param name="time">The clock.</param>
    public SeriesDetector(
        SeriesDetectorOptions options,
        RoutingReports reports,
        Action<ReadSeriesEventArgs> raise,
        string source,
        bool routesStatements,
        TimeProvider time
    )
    {
        _options = options;
        RoutesStatements = routesStatements;
        _time = time;
        _members = new SourceMembers(new UserCode([.. options.UserAssemblies]), options.ReportFile is null ? null : new SourceLines());
        _sampled = (uint)Math.Min(options.SampleRate * uint.MaxValue, uint.MaxValue);
        var file = options.ReportFile is { } path ? new SeriesFile(path, reports, time) : null;
        file?.Begin(source, routesStatements, options.SampleRate);
        _book = new SeriesBook(reports, raise, file, time);
        if (file is not null)
        {
            // The file says that a program was watched, also where that sends nothing.
            StartTimer();

            // Who lets a program end without disposing its data source has the counts too.
            var weak = new WeakReference<SeriesDetector>(this);
            _exiting = (_, _) => End(weak);
            AppDomain.CurrentDomain.ProcessExit += _exiting;
        }
    }

    /// <summary>Whether a proxy may send each statement of a connection elsewhere.</summary>
    public bool RoutesStatements { get; }

    /// <summary>The user's methods on the stack of whoever calls this.</summary>
    public CallingMethods Callers() => CallingMethods.Here(_members);

    /// <summary>The unit that runs; null where it is not in the sample.</summary>
    /// <param name="flow">The flow in which the connection was created.</param>
    public UnitReads? UnitOf(object flow)
    {
        var unit = SeriesFlow.UnitNow(flow);
        return IsSampled(unit) && !_isDisposed ? UnitAt(unit) : null;
    }

    /// <summary>A statement runs.</summary>
    public void Add(UnitReads unit, SentStatement statement)
    {
        _book.Note(statement);
        if (!statement.IsAccepted && unit.Add(statement, _time.GetTimestamp()))
        {
            Follow(unit);
        }

        if (_book.HasNews)
        {
            StartTimer();
        }
    }

    /// <summary>A unit has ended.</summary>
    public void Ended(UnitReads unit, IReadOnlyList<SentStatement> sent)
    {
        lock (_open)
        {
            _open.Remove(unit);
        }

        _book.Add(unit.Kind, sent);
        if (_book.HasNews)
        {
            StartTimer();
        }
    }

    /// <summary>Tells what is left.</summary>
    public void Dispose()
    {
        if (_exiting is not null)
        {
            AppDomain.CurrentDomain.ProcessExit -= _exiting;
        }

        UnitReads[] left;
        lock (_open)
        {
            _isDisposed = true;
            _timer?.Dispose();
            _timer = null;
            left = [.. _open];
        }

        foreach (var unit in left)
        {
            unit.End();
        }

        _book.End();
    }

    private static void End(WeakReference<SeriesDetector> detector)
    {
        if (detector.TryGetTarget(out var living))
        {
            living.Dispose();
        }
    }

    // The hash of an object that has none of its own is random, and asking for it makes nothing.
    private bool IsSampled(object unit) =>
        _sampled == uint.MaxValue || (_sampled > 0 && unchecked((uint)RuntimeHelpers.GetHashCode(unit) * 2654435769u) < _sampled);

    /// <summary>Null for a unit that has ended.</summary>
    private UnitReads? UnitAt(object key)
    {
        if (_units.TryGetValue(key, out var reads) && !reads.HasEnded && !IsOver(reads))
        {
            return reads;
        }

        reads?.End();
        lock (_units)
        {
            if (_units.TryGetValue(key, out var another) && !another.HasEnded)
            {
                return another;
            }

            var begun = new UnitReads(this, key, _time.GetTimestamp());
            if (key is SeriesUnit unit && !unit.TryAdd(begun))
            {
                return null;
            }

            _units.AddOrUpdate(key, begun);
            return begun;
        }
    }

    private bool IsOver(UnitReads reads) =>
        _time.GetElapsedTime(reads.Last) >= _options.UnitTimeout || _time.GetElapsedTime(reads.Began) >= LongestUnit;

    private void Follow(UnitReads unit)
    {
        UnitReads? oldest = null;
        lock (_open)
        {
            if (_open.Count >= MostUnits)
            {
                oldest = _open.MinBy(static reads => reads.Last);
            }

            _open.Add(unit);
        }

        oldest?.End();
        StartTimer();
    }

    // It would keep the flow of whoever was first.
    private void StartTimer()
    {
        lock (_open)
        {
            if (_timer is null && !_isDisposed)
            {
                using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
                _timer = _time.CreateTimer(static state => ((SeriesDetector)state!).Ring(), this, Turn, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Ring()
    {
        UnitReads[] over;
        bool areLeft;
        lock (_open)
        {
            _timer?.Dispose();
            _timer = null;
            over = [.. _open.Where(reads => reads.IsGone || IsOver(reads))];
            areLeft = over.Length < _open.Count;
        }

        foreach (var unit in over)
        {
            unit.End();
        }

        _book.Write();
        if (areLeft || _book.HasNews)
        {
            StartTimer();
        }
    }
}
