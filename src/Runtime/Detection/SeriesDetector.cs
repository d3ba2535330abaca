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

    private static readonly TimeSpan Turns = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<object, UnitReads> _units = new();
    private readonly CallingPlaces _places = new();
    private readonly HashSet<UnitReads> _open = [];
    private readonly Queue<UnitReads> _toTell = new();
    private readonly SeriesDetectorOptions _options;
    private readonly RoutingReports _reports;
    private readonly SourceMembers _members;
    private readonly SeriesBook _book;
    private readonly uint _sampled;
    private readonly EventHandler? _exiting;
    private ITimer? _timer;
    private volatile bool _isDisposed;
    private int _hasFailed;

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
        Time = time;
        _reports = reports;
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

    public TimeProvider Time { get; }

    /// <summary>Whether it watches no more.</summary>
    public bool IsOff => _isDisposed || Volatile.Read(ref _hasFailed) != 0;

    /// <summary>The user's methods on the stack of whoever calls this, and those in which its flow has begun.</summary>
    public CallingMethods CallersHere() => CallingMethods.Here(_members).Inside(SeriesFlow.Callers);

    /// <summary>The same methods as they are kept.</summary>
    public CallingMethods Known(CallingMethods callers) => _places.Known(callers);

    /// <summary>The unit that runs; null where it is not in the sample.</summary>
    /// <param name="flow">The flow in which the connection was created.</param>
    public UnitReads? UnitOf(SeriesFlow flow)
    {
        if (IsOff)
        {
            return null;
        }

        var unit = SeriesFlow.UnitNow(flow);
        return IsSampled(unit) ? UnitAt(unit) : null;
    }

    /// <summary>A statement has run.</summary>
    public void Add(UnitReads unit, SentStatement statement)
    {
        _book.Note(statement);
        var now = Time.GetTimestamp();
        if (!unit.Accepts(statement) && Turn(unit, statement, now) is { } its && its.Add(statement, now))
        {
            Follow(its);
        }

        if (_book.HasNews)
        {
            StartTimer();
        }
    }

    /// <summary>Nothing more belongs to a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="isTold">Whether what it formed is told here and now. Elsewhere who is told would be inside somebody's read.</param>
    public void End(UnitReads unit, bool isTold)
    {
        try
        {
            if (!unit.TryEnd())
            {
                return;
            }

            var tells = unit.IsAtFault && Volatile.Read(ref _hasFailed) == 0;
            var waits = tells && !isTold;
            lock (_open)
            {
                _open.Remove(unit);
                waits &= !_isDisposed && _toTell.Count < MostUnits;
                if (waits)
                {
                    _toTell.Enqueue(unit);
                }
            }

            if (!tells)
            {
                unit.Take();
            }
            else if (!waits)
            {
                Tell(unit);
            }

            if (waits || _book.HasNews)
            {
                StartTimer();
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Something threw that nobody should see but the log: whose read it is knows nothing of the detector. It is off from now
    /// on.</summary>
    public void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _hasFailed, 1) == 0)
        {
            _reports.SeriesDetectorFailed(exception);
        }
    }

    /// <summary>Tells what is left.</summary>
    public void Dispose()
    {
        if (_exiting is not null)
        {
            AppDomain.CurrentDomain.ProcessExit -= _exiting;
        }

        try
        {
            UnitReads[] left;
            lock (_open)
            {
                _isDisposed = true;
                _timer?.Dispose();
                _timer = null;
                left = [.. _open];
            }

            TellWhatWaits();
            foreach (var unit in left)
            {
                End(unit, isTold: true);
            }

            _book.End();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private static void End(WeakReference<SeriesDetector> detector)
    {
        if (detector.TryGetTarget(out var living))
        {
            living.Dispose();
        }
    }

    private void Tell(UnitReads unit) => _book.Add(unit.Kind, unit.Take());

    private void TellWhatWaits()
    {
        while (true)
        {
            UnitReads unit;
            lock (_open)
            {
                if (!_toTell.TryDequeue(out unit!))
                {
                    return;
                }
            }

            Tell(unit);
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

        if (reads is not null)
        {
            End(reads, isTold: false);
        }

        lock (_units)
        {
            if (_units.TryGetValue(key, out var another) && !another.HasEnded)
            {
                return another;
            }

            var begun = new UnitReads(this, key, Time.GetTimestamp());
            if (key is SeriesUnit unit && !unit.TryAdd(begun))
            {
                return null;
            }

            _units.AddOrUpdate(key, begun);
            return begun;
        }
    }

    /// <summary>The unit that a statement belongs to: another one with the next turn of a loop.</summary>
    private UnitReads? Turn(UnitReads unit, in SentStatement statement, long now)
    {
        if (!unit.IsNextTurn(statement, Time.GetElapsedTime(unit.Last, now)) || unit.Key is not { } key)
        {
            return unit;
        }

        End(unit, isTold: false);
        return UnitAt(key);
    }

    private bool IsOver(UnitReads reads) =>
        Time.GetElapsedTime(reads.Last) >= _options.UnitTimeout || Time.GetElapsedTime(reads.Began) >= LongestUnit;

    private void Follow(UnitReads unit)
    {
        UnitReads? oldest = null;
        lock (_open)
        {
            if (unit.HasEnded)
            {
                // Told by whoever ended it.
                return;
            }

            if (_open.Count >= MostUnits)
            {
                oldest = _open.MinBy(static reads => reads.Last);
            }

            _open.Add(unit);
        }

        if (oldest is not null)
        {
            End(oldest, isTold: false);
        }

        StartTimer();
    }

    // It would keep the flow of whoever was first.
    private void StartTimer()
    {
        lock (_open)
        {
            if (_timer is null && !IsOff)
            {
                using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
                _timer = Time.CreateTimer(static state => ((SeriesDetector)state!).Ring(), this, Turns, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Ring()
    {
        try
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
                End(unit, isTold: true);
            }

            TellWhatWaits();
            _book.Write();
            if (areLeft || _book.HasNews)
            {
                StartTimer();
            }
        }
        catch (Exception exception)
        {
            // On a thread of the pool it would end the process.
            Fail(exception);
        }
    }
}
