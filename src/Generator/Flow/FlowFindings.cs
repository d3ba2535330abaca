using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the walk through one body has found, over all its paths.</summary>
/// <param name="owner">The type that the body belongs to.</param>
/// <param name="body">The body.</param>
internal sealed class FlowFindings(INamedTypeSymbol? owner, IOperation body)
{
    /// <summary>Where a body has more effects than this, they are not told apart by what guards them.</summary>
    private const int MaxGuardedEffects = 48;

    private readonly FaultNotes _ownSequential = new();
    private readonly FaultNotes _sequential = new();
    private readonly FaultNotes _afterWrite = new();

    /// <summary>What was sent, with the least distance of it, and whether a call lies between.</summary>
    private readonly Dictionary<CallEffect, (int Distance, bool ThroughCall)> _effects = [];
    private readonly HashSet<Site> _sendingSites = [];
    private readonly HashSet<DelegateRun> _delegateRuns = [];
    private readonly HashSet<Site> _readSites = [];
    private readonly HashSet<Site> _writeSites = [];
    private readonly HashSet<HandlerLambda> _handlers = [];
    private bool _mayRepeatReads;
    private bool _startsAfresh;

    /// <summary>
    /// True while a lambda is looked at that runs at another time: what it does is no part of a call of the body.
    /// </summary>
    public bool IsForLater { get; set; }

    /// <summary>Notes a read, and what it meets.</summary>
    /// <param name="read">The read.</param>
    /// <param name="session">The session that is open there; null for none.</param>
    /// <param name="before">What the path had done before the site.</param>
    public void AddRead(Access read, OpenSession? session, FlowState before)
    {
        var site = read.Site;
        _mayRepeatReads |= !_readSites.Add(site) && before.Observed.MayHaveBeenAt(site);

        // On the primary it meets nothing.
        if (read.OnPrimary)
        {
            return;
        }

        _sequential.Add(read, before.Observed);
        if (!site.ThroughCall)
        {
            _ownSequential.Add(read, before.Observed.Where(static a => !a.Site.ThroughCall));
        }

        // A session waits for what was written in it, and knows of nothing else.
        var missed = session is { SeesWrites: true } ? before.Wrote.Where(write => !write.IsKnownTo(session)) : before.Wrote;
        _afterWrite.Add(read, missed.Where(write => !Refills(read, write)), session);
        _afterWrite.Add(read with { Through = Detour.None }, missed.Where(write => Refills(read, write)), session);
    }

    /// <summary>
    /// True where the cache that is asked is the writer's own: what it then reads from a replica that lags is kept, and the fault lasts.
    /// </summary>
    private bool Refills(Access read, Access write) =>
        read.Through == Detour.Cache
        && write.Through == Detour.None
        && OwnerOf(read.Site) is { } reader
        && SymbolEqualityComparer.Default.Equals(reader, OwnerOf(write.Site));

    private INamedTypeSymbol? OwnerOf(Site site) =>
        site is { ThroughCall: true, Operation: IInvocationOperation call } ? call.TargetMethod.ContainingType
        : site is { ThroughCall: true, Operation: IMemberReferenceOperation member } ? member.Member.ContainingType
        : owner;

    private bool IsOneStatement =>
        body is IMethodBodyOperation method
            ? (method.BlockBody ?? method.ExpressionBody) is { Operations.Length: 1 }
            : body is IBlockOperation { Operations.Length: 1 };

    public void AddWrite(Site site) => _writeSites.Add(site);

    /// <summary>Notes for callers what was sent, and where.</summary>
    public void AddEffect(CallEffect effect, Site site)
    {
        if (IsForLater)
        {
            return;
        }

        _sendingSites.Add(site);
        var found = (effect.Distance, site.ThroughCall);
        effect = effect with { Distance = 0, Guards = _effects.Count > MaxGuardedEffects ? [] : effect.Guards };
        if (!_effects.TryGetValue(effect, out var known) || found.CompareTo(known) < 0)
        {
            _effects[effect] = found;
        }
    }

    /// <summary>Notes a lambda that reports for itself.</summary>
    public void AddHandler(HandlerLambda handler) => _handlers.Add(handler);

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
            _ownSequential.Plain,
            _sequential.Plain,
            _afterWrite.Plain,
            _sequential.Through,
            _afterWrite.Through,
            new ReadCount(
                _readSites.Count,
                exit?.MostReads ?? 0,
                _mayRepeatReads,
                _startsAfresh || _readSites.Any(static s => s.ThroughCall)
            )
            {
                Calls = [.. _readSites.Where(static s => s.ThroughCall)],
                StartsAfresh = _startsAfresh,
            },
            _writeSites.OrderBy(static s => s.Position).FirstOrDefault(),
            new MethodSummary(Effects(), [.. _delegateRuns])
        )
        {
            Handlers = [.. _handlers],
        };

    /// <summary>The effects without those that another one with fewer guards stands for.</summary>
    private Items<CallEffect> Effects()
    {
        // A body of one statement stands for the one place that it comes to. One that comes there for certain, whatever else it checks,
        // maps or notes down, is half as far from it as one that comes to several, or only sometimes.
        var step =
            _sendingSites.Count > 1 ? 2
            : IsOneStatement ? 0
            : _sendingSites.Count == 1 && Certainty.IsCertain(_sendingSites.First().Operation, body) ? 1
            : 2;
        var all = _effects
            .Select(e => e.Key with { Distance = e.Value.ThroughCall ? e.Value.Distance + step : 0 })
            .Where(static e => e.Distance <= CallEffect.MaxDistance)
            .ToList();
        return [.. all.Where(e => e.Guards.IsEmpty || !all.Exists(other => StandsFor(other, e)))];
    }

    private static bool StandsFor(CallEffect other, CallEffect effect) =>
        other.Guards.Count < effect.Guards.Count
        && other.Through <= effect.Through
        && other.Distance <= effect.Distance
        && other.Guards.All(effect.Guards.Contains)
        && other.Equals(effect with { Guards = other.Guards, Through = other.Through, Distance = other.Distance });
}
