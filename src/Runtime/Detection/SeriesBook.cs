using MonotonicReads.Observability;

namespace MonotonicReads.Detection;

/// <summary>
/// What was found so far: each series once, by the places that form it, with how often it was there. Tells each occurrence as an event and
/// a measurement, and each set of places as one log record and one line of the file.
/// </summary>
/// <param name="reports">Told of what is found.</param>
/// <param name="raise">Raises the event.</param>
/// <param name="file">The file; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class SeriesBook(RoutingReports reports, Action<ReadSeriesEventArgs> raise, SeriesFile? file, TimeProvider time)
{
    /// <summary>A program has no more places; what comes beyond is counted with nothing.</summary>
    private const int MostSets = 2000;

    /// <summary>So many places of series are kept; each is a line of one of them.</summary>
    private const int MostSites = 40_000;

    private const int MostServers = 16;

    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(1);

    private readonly Dictionary<UInt128, FoundSeries> _found = [];
    private readonly Dictionary<(string Key, string Way), SentFrom> _sentFrom = [];
    private readonly SeriesSets _logged = new(MostSets);
    private int _sites;
    private int _isFull;
    private long _counted = time.GetTimestamp();
    private volatile bool _isBehind;

    /// <summary>Whether lines wait for the file.</summary>
    public bool HasNews => file is not null && (_isBehind || file.HasLines);

    /// <summary>A statement was sent: for the file, which also tells of what formed no series.</summary>
    public void Note(in SentStatement statement)
    {
        if (file is null || statement.Callers.Methods.Count == 0)
        {
            return;
        }

        var key = (statement.Callers.Key, statement.Way);
        lock (_sentFrom)
        {
            if (_sentFrom.TryGetValue(key, out var known))
            {
                known.Count++;
                _isBehind = true;
            }
            else if (_sentFrom.Count < MostSets)
            {
                var first = new SentFrom(statement.Callers, statement.Way) { Count = 1, Written = 1 };
                _sentFrom.Add(key, first);
                file.Add(first, 1);
            }
            else
            {
                file.Cut("sent");
            }
        }
    }

    /// <summary>A unit of work has ended.</summary>
    public void Add(SeriesUnitKind unit, IReadOnlyList<SentStatement> sent)
    {
        Add(ReadSeriesKind.SeveralServers, SeriesFaults.SeveralServers, unit, sent, static statement => statement.IsObserving);

        // A write behind the last read at fault has nothing to do with it.
        var last = sent.Count - 1;
        while (last >= 0 && (sent[last].Faults & SeriesFaults.ReadAfterWrite) == 0)
        {
            last--;
        }

        Add(
            ReadSeriesKind.ReadAfterWrite,
            SeriesFaults.ReadAfterWrite,
            unit,
            [.. sent.Take(last + 1)],
            static statement => statement.Writes || (statement.Faults & SeriesFaults.ReadAfterWrite) != 0
        );
    }

    /// <summary>Writes what waits for the file, and each minute the counts: a program that crashes has them but for the last.</summary>
    public void Write()
    {
        if (_isBehind && time.GetElapsedTime(_counted) >= Turn)
        {
            WriteCounts();
        }

        file?.Write();
    }

    /// <summary>Writes the rest of the counts too.</summary>
    public void End()
    {
        WriteCounts();
        file?.End();
    }

    private void WriteCounts()
    {
        if (file is null)
        {
            return;
        }

        (_isBehind, _counted) = (false, time.GetTimestamp());
        lock (_found)
        {
            foreach (var series in _found.Values.Where(static series => series.HasMore))
            {
                series.WriteTo(file);
            }
        }

        lock (_sentFrom)
        {
            foreach (var sent in _sentFrom.Values.Where(static sent => sent.Count > sent.Written))
            {
                file.Add(sent, sent.Count - sent.Written);
                sent.Written = sent.Count;
            }
        }
    }

    private void Add(
        ReadSeriesKind kind,
        SeriesFaults fault,
        SeriesUnitKind unit,
        IReadOnlyList<SentStatement> sent,
        Func<SentStatement, bool> takesPart
    )
    {
        if (!sent.Any(statement => (statement.Faults & fault) != 0))
        {
            return;
        }

        var part = sent.Where(takesPart).ToList();
        var places = part.Select(static statement => statement.Callers).DistinctBy(static callers => callers.Key).ToList();
        var whole = places.ToDictionary(static place => place.Key, place => Whole(place, places), StringComparer.Ordinal);
        var onServer = part.Select(static statement => (statement.Callers.Key, statement.RoutingUnit)).ToHashSet();
        var sites = SeriesSite.Of(part, statement => PlaceOf(statement), fault);
        var servers = ServersOf(part);

        // Before the book has the places, which grow with each occurrence.
        var told = new ReadSeriesEventArgs(
            kind,
            unit,
            [
                .. sites.Select(static site => new SeriesCallSite(
                    [.. site.Callers.Methods.Select(static method => method.Id).Distinct(StringComparer.Ordinal)],
                    site.Way == "write",
                    [.. site.Servers]
                )),
            ],
            servers,
            part.Count
        );
        var shown = sites.Select(static site => site.Shown).Distinct().ToList();
        var atFault = sites.Where(static site => site.Faults > 0).Select(static site => site.Shown).ToList();
        Count(kind, unit, sites, servers.Count > 1);
        reports.SeriesFound(told, _logged.Adds(kind, shown, atFault, NoteFull), string.Join(", ", shown), raise);

        // Who opened a connection has sent the first statement on it; that the stack of a later one has lost its callers says nothing of
        // them.
        CallingMethods PlaceOf(in SentStatement statement) =>
            whole[statement.Callers.Key] is var found
            && found.Key != statement.Callers.Key
            && onServer.Contains((found.Key, statement.RoutingUnit))
                ? statement.Callers
                : found;
    }

    // Behind an await the stack has lost who called: the same place was there with them.
    private static CallingMethods Whole(CallingMethods callers, List<CallingMethods> places) =>
        places.Where(place => place.Methods.Take(callers.Methods.Count).SequenceEqual(callers.Methods)).MaxBy(static p => p.Methods.Count)
            is { Methods.Count: > 0 } whole
        && callers.Methods.Count > 0
            ? whole
            : callers;

    private void Count(ReadSeriesKind kind, SeriesUnitKind unit, List<SeriesSite> sites, bool isSpread)
    {
        if (file is null)
        {
            return;
        }

        // Of reads side by side now the one is first and now the other.
        var key = SeriesSets.KeyOf(kind, sites.Select(static site => site.Way + "\n" + site.Callers.Key));
        var isFull = false;
        lock (_found)
        {
            if (!_found.TryGetValue(key, out var known))
            {
                isFull = _found.Count >= MostSets || _sites + sites.Count > MostSites;
                if (!isFull)
                {
                    _sites += sites.Count;
                    _found.Add(key, known = new FoundSeries(kind, unit, sites));
                }
            }

            // What says more is in the file at once, mere counts within a minute.
            if (known is null)
            {
                file.Cut("series");
            }
            else if (known.Add(sites, isSpread))
            {
                known.WriteTo(file);
            }
            else
            {
                _isBehind = true;
            }
        }

        if (isFull)
        {
            NoteFull();
        }
    }

    private void NoteFull()
    {
        if (Interlocked.Exchange(ref _isFull, 1) == 0)
        {
            reports.SeriesBookFull();
        }
    }

    private static List<string> ServersOf(IEnumerable<SentStatement> statements) =>
        [.. statements.Select(static statement => statement.Server).Distinct().Order(StringComparer.Ordinal).Take(MostServers)];
}

/// <summary>A place that sent statements, whether they formed a series or not.</summary>
internal sealed record SentFrom(CallingMethods Callers, string Way)
{
    public long Count { get; set; }

    /// <summary>What of the count is in the file.</summary>
    public long Written { get; set; }
}
