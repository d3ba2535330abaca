using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What the walk through one body passes, for a report about it. The analyzers themselves have none: what it holds costs memory that a
/// build has no use for.
/// </summary>
/// <param name="ignoresSessions">True to walk as though the body began no session, which shows what its sessions hold together.</param>
internal sealed class FlowTrace(bool ignoresSessions = false)
{
    private readonly Dictionary<Site, TracedSite> _sites = [];
    private readonly Dictionary<IOperation, List<CalleeCall>> _calls = [];
    private readonly List<OpenSession> _sessions = [];

    public bool IgnoresSessions { get; } = ignoresSessions;

    /// <summary>Each place that reads or writes, in the order of the source.</summary>
    public IEnumerable<TracedSite> Sites => _sites.Values.OrderBy(static s => s.Site.Position);

    /// <summary>The sessions that the body begins, or that are open around what it hands over.</summary>
    public IReadOnlyList<OpenSession> Sessions => _sessions;

    /// <summary>The methods that one of the places calls; empty where it sends its command itself.</summary>
    public IReadOnlyList<CalleeCall> CallsAt(Site site) => _calls.TryGetValue(site.Operation, out var calls) ? calls : [];

    public void Sent(Site site, SentCommand command, CommandEffects does, ReadPlace place)
    {
        if (!_sites.TryGetValue(site, out var traced))
        {
            _sites[site] = traced = new TracedSite(site);
        }

        traced.Add(command, does, place);
    }

    public void Called(CalleeCall call)
    {
        if (!_calls.TryGetValue(call.Operation, out var calls))
        {
            _calls[call.Operation] = calls = [];
        }

        if (!calls.Exists(c => SymbolEqualityComparer.Default.Equals(c.Method, call.Method) && c.IsVirtual == call.IsVirtual))
        {
            calls.Add(call);
        }
    }

    public void Begun(OpenSession session)
    {
        if (!_sessions.Exists(s => Equals(s.Identity, session.Identity)))
        {
            _sessions.Add(session);
        }
    }
}

/// <summary>A place with all that it may do, over all paths to it.</summary>
/// <param name="site">The place.</param>
internal sealed class TracedSite(Site site)
{
    private readonly HashSet<ReadPlace> _reads = [];

    public Site Site { get; } = site;

    public bool Writes { get; private set; }

    public bool Reads => _reads.Count > 0;

    /// <summary>Where it reads; of several the one that pins it least.</summary>
    public ReadPlace ReadsOn => _reads.Count == 0 ? ReadPlace.Replica : _reads.Min();

    public Items<string> Texts { get; private set; } = [];

    /// <summary>What all of it is reached through.</summary>
    public Detour Through { get; private set; } = Detour.Event;

    public void Add(SentCommand command, CommandEffects does, ReadPlace place)
    {
        if (does.ReplicaRead || does.PrimaryRead)
        {
            _reads.Add(place);
        }

        Writes |= does.Writes;
        Texts = Texts.Union(command.Texts);
        Through = command.Through < Through ? command.Through : Through;
    }
}

/// <summary>Where a read runs, and if that is the primary, why; in the order of how firmly.</summary>
internal enum ReadPlace
{
    /// <summary>Wherever routing sends it.</summary>
    Replica,

    /// <summary>In a session of the primary.</summary>
    Session,

    /// <summary>In a transaction, which is taken to run on the primary.</summary>
    Transaction,

    /// <summary>Through a connection that comes from the primary.</summary>
    Connection,

    /// <summary>What the statement asks is the primary's to answer: <c>FOR UPDATE</c>, <c>LAST_INSERT_ID()</c>.</summary>
    Statement,
}
