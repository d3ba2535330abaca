using System.Diagnostics;
using MonotonicReads.Detection;

namespace MonotonicReads;

/// <summary>
/// Says where a unit of work begins and ends, for the detector of <see cref="ReplicatedDataSourceBuilder.UseSeriesDetector"/>: reads of one
/// unit belong together, reads of two do not. Ambient: it flows with the asynchronous control flow from <see cref="Begin()"/> on.
/// It changes
/// nothing but what the detector tells, and costs next to nothing where there is none.
/// </summary>
/// <remarks>
/// Without one a unit is the outermost running <see cref="System.Diagnostics.Activity"/>, such as a web request's, and without that the
/// asynchronous method that created the connection. A job, a message of a queue or a turn of an endless loop wants one.
/// </remarks>
public sealed class SeriesUnit : IDisposable
{
    private static readonly AsyncLocal<SeriesUnit?> Ambient = new();

    private readonly SeriesUnit? _outer;
    private readonly Activity? _request;
    private readonly object _watchers = new();
    private List<UnitReads>? _watched;
    private bool _hasEnded;

    private SeriesUnit(SeriesUnit? outer, SeriesUnitKind kind, bool isAccepted)
    {
        (_outer, Kind, IsAccepted) = (outer, kind, isAccepted);
        _request = kind == SeriesUnitKind.Request && outer is null ? SeriesFlow.RunningRequest() : null;
    }

    /// <summary>What it is.</summary>
    public SeriesUnitKind Kind { get; }

    /// <summary>The unit that runs; null where none was begun in code.</summary>
    internal static SeriesUnit? Current
    {
        get
        {
            var unit = Ambient.Value;
            while (unit is { _hasEnded: true })
            {
                unit = unit._outer;
            }

            return unit;
        }
    }

    /// <summary>Whether stale and out-of-order answers are accepted in it, but for what says otherwise.</summary>
    internal bool IsAccepted { get; }

    /// <summary>What its reads belong to. What a request has read before it was told to be one belongs to its activity.</summary>
    internal object Key => _request is { IsStopped: false } request ? request : this;

    /// <summary>Begins a unit of its own, within another one too. Dispose it where the work ends, in the method that began it.</summary>
    /// <returns>The unit.</returns>
    public static SeriesUnit Begin() => Begin(SeriesUnitKind.Code);

    /// <summary>Ends the unit: what its reads formed is told now.</summary>
    public void Dispose()
    {
        List<UnitReads>? watched;
        lock (_watchers)
        {
            watched = _hasEnded ? null : _watched;
            _hasEnded = true;
            _watched = null;
        }

        if (ReferenceEquals(Ambient.Value, this))
        {
            Ambient.Value = _outer;
        }

        foreach (var reads in watched ?? [])
        {
            reads.End();
        }
    }

    /// <inheritdoc cref="Begin()"/>
    /// <param name="kind">What it is.</param>
    /// <param name="isAccepted">Whether stale and out-of-order answers are accepted in it.</param>
    internal static SeriesUnit Begin(SeriesUnitKind kind, bool isAccepted = false) =>
        Ambient.Value = new SeriesUnit(Current, kind, isAccepted);

    /// <summary>What runs from here on in this flow belongs to it, until it ends.</summary>
    internal void Enter() => Ambient.Value = this;

    /// <summary>Ends with the unit.</summary>
    /// <returns>False where that has ended.</returns>
    internal bool TryAdd(UnitReads reads)
    {
        lock (_watchers)
        {
            if (!_hasEnded)
            {
                _watched ??= [];
                _watched.RemoveAll(static watched => watched.HasEnded);
                _watched.Add(reads);
            }

            return !_hasEnded;
        }
    }
}
