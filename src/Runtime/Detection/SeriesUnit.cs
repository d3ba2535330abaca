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
    private readonly object _watchers = new();
    private List<UnitReads>? _watched;
    private bool _hasEnded;

    private SeriesUnit(SeriesUnit? outer, SeriesUnitKind kind) => (_outer, Kind) = (outer, kind);

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
    internal static SeriesUnit Begin(SeriesUnitKind kind) => Ambient.Value = new SeriesUnit(Ambient.Value, kind);

    /// <summary>Ends with the unit.</summary>
    /// <returns>False where that has ended.</returns>
    internal bool TryAdd(UnitReads reads)
    {
        lock (_watchers)
        {
            if (!_hasEnded)
            {
                (_watched ??= []).Add(reads);
            }

            return !_hasEnded;
        }
    }
}
