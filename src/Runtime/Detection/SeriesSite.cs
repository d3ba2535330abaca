namespace MonotonicReads.Detection;

/// <summary>A place of a series.</summary>
/// <param name="callers">Who sent its statements.</param>
/// <param name="way">How they ran.</param>
internal sealed class SeriesSite(CallingMethods callers, string way)
{
    private const int MostServers = 16;

    private readonly SortedSet<string> _servers = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _after = [];

    public CallingMethods Callers => callers;

    public string Way => way;

    /// <summary>How many statements it sent, the most that one unit of work had.</summary>
    public int Statements { get; private set; }

    /// <summary>How many of them were at fault, the most that one unit of work had.</summary>
    public int Faults { get; private set; }

    /// <summary>Where they ran.</summary>
    public IReadOnlyCollection<string> Servers => _servers;

    /// <summary>The places of the series, by index, of which a statement came before and makes one of this at fault.</summary>
    public IReadOnlyCollection<int> After => _after;

    /// <summary>What a log record calls it.</summary>
    public string Shown =>
        Callers.Methods.Select(static method => method.Name).Distinct(StringComparer.Ordinal).Take(2).ToList() switch
        {
            [] => "(no code of yours is on the stack)",
            [var alone] => alone,
            [var method, var caller, ..] => $"{method} (called by {caller})",
        };

    /// <summary>The places of what one unit of work sent, in the order of their first statements.</summary>
    /// <param name="sent">What takes part, in its order.</param>
    /// <param name="placeOf">Who sent one, as far as the other ones tell.</param>
    /// <param name="fault">The fault that is told.</param>
    public static List<SeriesSite> Of(IReadOnlyList<SentStatement> sent, Func<SentStatement, CallingMethods> placeOf, SeriesFaults fault)
    {
        var sites = new List<SeriesSite>();
        var indices = new Dictionary<(string Key, string Way), int>();
        var before = new HashSet<(int Site, object Routing, object? Session, Guid? Id, bool Writes)>();
        foreach (var statement in sent)
        {
            var callers = placeOf(statement);
            if (!indices.TryGetValue((callers.Key, statement.Way), out var index))
            {
                indices.Add((callers.Key, statement.Way), index = sites.Count);
                sites.Add(new SeriesSite(callers, statement.Way));
            }

            var site = sites[index];
            site.Statements++;
            site.Took(statement.Server);
            if ((statement.Faults & fault) != 0)
            {
                site.Faults++;
                site._after.UnionWith(
                    before
                        .Where(earlier =>
                            fault == SeriesFaults.ReadAfterWrite
                                ? earlier.Writes && IsMissed(earlier.Session, earlier.Id, statement)
                                : IsElsewhere(earlier.Routing, earlier.Session, statement)
                        )
                        .Select(static earlier => earlier.Site)
                );
            }

            before.Add((index, statement.RoutingUnit, statement.Session, statement.Within?.Id, statement.Writes));
        }

        return sites;
    }

    /// <summary>Takes what another occurrence of the same series had.</summary>
    /// <param name="other">The same place there.</param>
    /// <param name="indexOf">Which place here another's index means.</param>
    /// <returns>Whether places meet that did not before; other servers and more statements are mere counts.</returns>
    public bool Merge(SeriesSite other, Func<int, int> indexOf)
    {
        var known = _after.Count;
        _after.UnionWith(other._after.Select(indexOf));
        foreach (var server in other._servers)
        {
            Took(server);
        }

        Statements = Math.Max(Statements, other.Statements);
        Faults = Math.Max(Faults, other.Faults);
        return known != _after.Count;
    }

    private void Took(string server)
    {
        if (_servers.Count < MostServers)
        {
            _servers.Add(server);
        }
    }

    // Two sessions are not held against one another, as in the unit of work.
    private static bool IsElsewhere(object routing, object? session, in SentStatement read) =>
        !ReferenceEquals(routing, read.RoutingUnit) && (session is null || read.Session is null);

    private static bool IsMissed(object? writer, Guid? id, in SentStatement read) =>
        !(
            read.SeesOwnWrites
            && writer is not null
            && (ReferenceEquals(writer, read.Session) || (id is not null && id == read.Within?.Resumes))
        );
}
