namespace MonotonicReads.Detection;

/// <summary>A series, by its places, with how often it was there. Whoever has it from the book holds the book's lock.</summary>
/// <param name="kind">What is at fault.</param>
/// <param name="unit">What its first unit of work was.</param>
/// <param name="sites">Its places.</param>
internal sealed class FoundSeries(ReadSeriesKind kind, SeriesUnitKind unit, IReadOnlyList<SeriesSite> sites)
{
    private readonly Dictionary<(string Key, string Way), int> _indices = sites
        .Select(static (site, index) => (site, index))
        .ToDictionary(static pair => (pair.site.Callers.Key, pair.site.Way), static pair => pair.index);

    private long _count;
    private long _spread;
    private long _written;
    private long _writtenSpread;

    public ReadSeriesKind Kind => kind;

    public SeriesUnitKind Unit => unit;

    public IReadOnlyList<SeriesSite> Sites => sites;

    /// <summary>Whether the file has not all of its counts.</summary>
    public bool HasMore => _count > _written;

    /// <summary>It occurred.</summary>
    /// <param name="found">Its places as they were, in any order.</param>
    /// <param name="isSpread">Whether its statements reached more than one server.</param>
    /// <returns>Whether that says more than was known: a loop that ran once at first shows later that it meets itself.</returns>
    public bool Add(IReadOnlyList<SeriesSite> found, bool isSpread)
    {
        var saysMore = _count == 0;
        if (!ReferenceEquals(found, sites))
        {
            foreach (var site in found)
            {
                saysMore |= sites[IndexOf(site)].Merge(site, index => IndexOf(found[index]));
            }
        }

        _count++;
        _spread += isSpread ? 1 : 0;
        return saysMore;
    }

    /// <summary>Writes what the file has not.</summary>
    public void WriteTo(SeriesFile file)
    {
        file.Add(this, _count - _written, _spread - _writtenSpread);
        (_written, _writtenSpread) = (_count, _spread);
    }

    private int IndexOf(SeriesSite site) => _indices[(site.Callers.Key, site.Way)];
}
