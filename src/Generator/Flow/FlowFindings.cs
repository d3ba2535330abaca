using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the walk through one body has found, over all its paths.</summary>
internal sealed class FlowFindings
{
    private readonly Dictionary<Site, Site> _ownSequential = [];
    private readonly Dictionary<Site, Site> _sequential = [];
    private readonly Dictionary<Site, Site> _afterWrite = [];
    private readonly Dictionary<CallEffect, int> _effects = [];
    private readonly HashSet<DelegateRun> _delegateRuns = [];
    private readonly HashSet<Site> _readSites = [];
    private readonly HashSet<Site> _writeSites = [];
    private bool _mayRepeatReads;
    private bool _startsAfresh;

    /// <summary>Notes a read, and what it meets; true where the path has read at its place before.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="unit">The unit that it runs in; null for one of its own.</param>
    /// <param name="onPrimary">True where it runs on the primary: then it meets nothing.</param>
    /// <param name="seesWrites">True where it waits for the path's own writes.</param>
    /// <param name="before">What the path had done before the site.</param>
    public bool AddRead(Site site, object? unit, bool onPrimary, bool seesWrites, FlowState before)
    {
        var repeats = !_readSites.Add(site) && before.Observed.MayHaveBeenAt(site);
        _mayRepeatReads |= repeats;
        if (onPrimary)
        {
            return repeats;
        }

        Note(_sequential, before.Observed);
        if (!site.ThroughCall)
        {
            Note(_ownSequential, before.Observed.Where(a => !a.Site.ThroughCall));
        }

        if (!seesWrites)
        {
            Note(_afterWrite, before.Wrote);
        }

        return repeats;

        void Note(Dictionary<Site, Site> faults, IEnumerable<Access> earlier)
        {
            foreach (var access in earlier)
            {
                if (!access.SharesServerWith(unit) && (!faults.TryGetValue(site, out var known) || access.Site.Position < known.Position))
                {
                    faults[site] = access.Site;
                }
            }
        }
    }

    public void AddWrite(Site site) => _writeSites.Add(site);

    /// <summary>Notes for callers what was sent.</summary>
    public void AddEffect(CallEffect effect, int distance)
    {
        if (distance <= CallEffect.MaxDistance && (!_effects.TryGetValue(effect, out var known) || distance < known))
        {
            _effects[effect] = distance;
        }
    }

    public void AddDelegateRun(DelegateRun run) => _delegateRuns.Add(run);

    /// <summary>Notes that the body is several pieces of work.</summary>
    public void AddFreshStart() => _startsAfresh = true;

    /// <param name="exit">The state at the end; null where that is never reached.</param>
    public FlowResult ToResult(FlowState? exit) =>
        new(
            Faults(_ownSequential),
            Faults(_sequential),
            Faults(_afterWrite),
            new ReadCount(
                _readSites.Count,
                exit?.MostReads ?? 0,
                _mayRepeatReads,
                _startsAfresh || _readSites.Any(static s => s.ThroughCall)
            ),
            _writeSites.OrderBy(static s => s.Position).FirstOrDefault(),
            new MethodSummary([.. _effects.Select(static e => e.Key with { Distance = e.Value })], [.. _delegateRuns])
        );

    private static Items<Fault> Faults(Dictionary<Site, Site> faults) =>
        [.. faults.OrderBy(f => f.Key.Position).Select(f => new Fault(f.Key, f.Value))];
}
