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

    private const int MostServers = 16;

    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, FoundSeries> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, string Way), SentFrom> _sentFrom = [];
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
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
        Add(ReadSeriesKind.SeveralServers, SeriesFaults.SeveralServers, unit, sent, static statement => statement.IsRead);
        Add(
            ReadSeriesKind.ReadAfterWrite,
            SeriesFaults.ReadAfterWrite,
            unit,
            sent,
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
        var sites = SeriesSite.Of(part, statement => Whole(statement.Callers, places), fault);
        var servers = ServersOf(part);
        Count(kind, unit, sites, servers.Count > 1);
        reports.SeriesFound(
            new ReadSeriesEventArgs(
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
            ),
            IsNew(kind, sites),
            string.Join(", ", sites.Select(static site => site.Shown).Distinct()),
            raise
        );
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

        var key = $"{kind}\n{string.Join("\n\n", sites.Select(static site => site.Way + "\n" + site.Callers.Key))}";
        lock (_found)
        {
            if (!_found.TryGetValue(key, out var known))
            {
                if (_found.Count >= MostSets)
                {
                    file.Cut("series");
                    return;
                }

                _found.Add(key, known = new FoundSeries(kind, unit, sites));
            }

            // What says more is in the file at once, mere counts within a minute.
            if (known.Add(sites, isSpread))
            {
                known.WriteTo(file);
            }
            else
            {
                _isBehind = true;
            }
        }
    }

    // By the methods that send the statements and those that call them: beneath an await more of the stack is there at one time than at
    // another.
    private bool IsNew(ReadSeriesKind kind, List<SeriesSite> sites)
    {
        var key = $"{kind}\n{string.Join("\n", sites.Select(static site => site.Shown).Distinct())}";
        lock (_logged)
        {
            return _logged.Count < MostSets && _logged.Add(key);
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
