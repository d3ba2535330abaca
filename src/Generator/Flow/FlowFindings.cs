using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the walk through one body has found, over all its paths.</summary>
internal sealed class FlowFindings
{
    /// <summary>Where a body has more effects than this, they are not told apart by what guards them.</summary>
    private const int MaxGuardedEffects = 48;

    private readonly Dictionary<Site, Site> _ownSequential = [];
    private readonly Dictionary<Site, Site> _sequential = [];
    private readonly Dictionary<Site, Site> _afterWrite = [];
    private readonly Dictionary<CallEffect, int> _effects = [];
    private readonly HashSet<DelegateRun> _delegateRuns = [];
    private readonly HashSet<Site> _readSites = [];
    private readonly HashSet<Site> _writeSites = [];
    private bool _mayRepeatReads;
    private bool _startsAfresh;

    /// <summary>
    /// True while a lambda is looked at that runs at another time: what it does is no part of a call of the body.
    /// </summary>
    public bool IsForLater { get; set; }

    /// <summary>Notes a read, and what it meets.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="unit">The unit that it runs in; null for one of its own.</param>
    /// <param name="onPrimary">True where it runs on the primary: then it meets nothing.</param>
    /// <param name="seesWrites">True where it waits for the path's own writes.</param>
    /// <param name="before">What the path had done before the site.</param>
    public void AddRead(Site site, object? unit, bool onPrimary, bool seesWrites, FlowState before)
    {
        _mayRepeatReads |= !_readSites.Add(site) && before.Observed.Any(a => a.Site.Equals(site));
        if (onPrimary)
        {
            return;
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
        if (IsForLater)
        {
            return;
        }

        effect = _effects.Count > MaxGuardedEffects ? effect with { Guards = [] } : effect;
        if (distance <= CallEffect.MaxDistance && (!_effects.TryGetValue(effect, out var known) || distance < known))
        {
            _effects[effect] = distance;
        }
    }

    public void AddDelegateRun(DelegateRun run)
    {
        if (!IsForLater)
        {
            _delegateRuns.Add(run);
        }
    }

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
            new MethodSummary(Effects(), [.. _delegateRuns])
        );

    /// <summary>The effects without those that another one with fewer guards stands for.</summary>
    private Items<CallEffect> Effects()
    {
        var all = _effects.Select(static e => e.Key with { Distance = e.Value }).ToList();
        return [.. all.Where(e => e.Guards.IsEmpty || !all.Exists(other => StandsFor(other, e)))];
    }

    private static bool StandsFor(CallEffect other, CallEffect effect) =>
        other.Guards.Count < effect.Guards.Count
        && other.Distance <= effect.Distance
        && other.Guards.All(effect.Guards.Contains)
        && other.Equals(effect with { Guards = other.Guards, Distance = other.Distance });

    private static Items<Fault> Faults(Dictionary<Site, Site> faults) =>
        [.. faults.OrderBy(f => f.Key.Position).Select(f => new Fault(f.Key, f.Value))];
}
