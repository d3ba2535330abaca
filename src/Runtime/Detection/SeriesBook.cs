using MonotonicReads.Observability;

namespace MonotonicReads.Detection;

/// <summary>
/// What was found so far: each series once, by the places that form it, with how often it was there. Tells each occurrence as an event and
/// a measurement, and each set of places as one log record and one line of the file.
/// </summary>
/// <param name="reports">Told of what is found.</param>
/// <param name="raise">Raises the event.</param>
/// <param name="file">The file; null for none.</param>
internal sealed class SeriesBook(RoutingReports reports, Action<ReadSeriesEventArgs> raise, SeriesFile? file)
{
    /// <summary>A program has no more places; what comes beyond is counted with nothing.</summary>
    private const int MostSets = 2000;

    /// <summary>So many places of series are kept; each is a line of one of them.</summary>
    private const int MostSites = 40_000;

    private const int MostServers = 16;

    private readonly Dictionary<UInt128, FoundSeries> _found = [];
    private readonly Dictionary<(string Key, string Way), SentFrom> _sentFrom = [];
    private readonly SeriesSets _logged = new(MostSets);
    private int _sites;
    private int _isFull;

    /// <summary>Whether lines wait for the file.</summary>
    public bool HasNews => file?.HasLines == true;

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
            }
            else if (_sentFrom.Count < MostSets)
            {
                var first = new SentFrom(statement.Callers, statement.Way) { Count = 1, Written = 1 };
                _sentFrom.Add(key, first);
                file.Add(first, 1);
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

    /// <summary>Writes what waits for the file.</summary>
    public void Write() => file?.Write();

    /// <summary>Writes the rest of the counts too.</summary>
    public void End()
    {
        if (file is null)
        {
            return;
        }

        lock (_found)
        {
            foreach (var series in _found.Values.Where(static series => series.Count > series.Written))
            {
                file.Add(series, series.Count - series.Written, series.Spread - series.WrittenSpread);
                (series.Written, series.WrittenSpread) = (series.Count, series.Spread);
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

        file.End();
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
        var sites = part.GroupBy(statement => (Callers: PlaceOf(statement), statement.Way))
            .Select(static group => new SeriesSite(group.Key.Callers, group.Key.Way, group.Count(), ServersOf(group)))
            .ToList();
        var servers = ServersOf(part);
        Count(kind, unit, sites, servers.Count > 1);
        reports.SeriesFound(
            new ReadSeriesEventArgs(
                kind,
                unit,
                [
                    .. sites.Select(static site => new SeriesCallSite(
                        [.. site.Callers.Methods.Select(static method => method.Id)],
                        site.Way == "write",
                        site.Servers
                    )),
                ],
                servers,
                part.Count
            ),
            _logged.Adds(
                kind,
                sites.Select(static site => site.Shown).Distinct(),
                part.Where(statement => (statement.Faults & fault) != 0).Select(statement => ShownOf(PlaceOf(statement))),
                NoteFull
            ),
            string.Join(", ", sites.Select(static site => site.Shown).Distinct()),
            raise
        );

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

            if (known is not null)
            {
                known.Count++;
                known.Spread += isSpread ? 1 : 0;
                if (known.Written == 0 || known.Grows(sites))
                {
                    file.Add(known, known.Count - known.Written, known.Spread - known.WrittenSpread);
                    (known.Written, known.WrittenSpread) = (known.Count, known.Spread);
                }
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

    private static string ShownOf(CallingMethods callers) => new SeriesSite(callers, "", 0, []).Shown;

    private static List<string> ServersOf(IEnumerable<SentStatement> statements) =>
        [.. statements.Select(static statement => statement.Server).Distinct().Order(StringComparer.Ordinal).Take(MostServers)];
}

/// <summary>A place of a series.</summary>
/// <param name="Callers">Who sent its statements.</param>
/// <param name="Way">How they ran.</param>
/// <param name="Statements">How many it sent.</param>
/// <param name="Servers">Where.</param>
internal sealed record SeriesSite(CallingMethods Callers, string Way, int Statements, IReadOnlyList<string> Servers)
{
    /// <summary>What a log record calls it.</summary>
    public string Shown =>
        Callers.Methods switch
        {
            [] => "(no code of yours is on the stack)",
            [var alone] => alone.Name,
            [var method, var caller, ..] => $"{method.Name} (called by {caller.Name})",
        };
}

/// <summary>A series, by its places.</summary>
internal sealed record FoundSeries(ReadSeriesKind Kind, SeriesUnitKind Unit, IReadOnlyList<SeriesSite> Sites)
{
    /// <summary>The places, with the most statements that each sent at a time.</summary>
    public IReadOnlyList<SeriesSite> Sites { get; private set; } = Sites;

    public long Count { get; set; }

    /// <summary>How often its statements reached more than one server.</summary>
    public long Spread { get; set; }

    /// <summary>What of the count is in the file.</summary>
    public long Written { get; set; }

    public long WrittenSpread { get; set; }

    /// <summary>It was there again.</summary>
    /// <param name="again">The same places, in any order.</param>
    /// <returns>Whether one that had sent one statement has sent several now: it forms the series by itself.</returns>
    public bool Grows(IReadOnlyList<SeriesSite> again)
    {
        var sent = again.ToDictionary(static site => (site.Callers.Key, site.Way));
        var grows = false;
        Sites =
        [
            .. Sites.Select(known =>
            {
                var now = sent.GetValueOrDefault((known.Callers.Key, known.Way), known);
                grows |= known.Statements == 1 && now.Statements > 1;
                return now.Statements > known.Statements ? now : known;
            }),
        ];
        return grows;
    }
}

/// <summary>A place that sent statements, whether they formed a series or not.</summary>
internal sealed record SentFrom(CallingMethods Callers, string Way)
{
    public long Count { get; set; }

    /// <summary>What of the count is in the file.</summary>
    public long Written { get; set; }
}
