using MonotonicReads.Observability;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>Chooses the server of a read: by the selector inside a session, by weighted chance outside one.</summary>
internal sealed class ReplicaRouter
{
    private readonly RoutedServer _primary;
    private readonly IReplicaSelector _selector;
    private readonly TimeProvider _time;
    private readonly RoutingReports _reports;
    private readonly ReplicaLosses _losses;
    private readonly PositionSearch? _positions;
    private volatile ReplicaTable _table;

    public ReplicaRouter(
        RoutedServer primary,
        ReplicaTable replicas,
        IReplicaSelector selector,
        TimeProvider time,
        RoutingReports reports,
        ReplicaLosses losses,
        PositionSearch? positions
    )
    {
        _primary = primary;
        _table = replicas;
        _selector = selector;
        _time = time;
        _reports = reports;
        _losses = losses;
        _positions = positions;
    }

    /// <summary>What keeps out replicas that hold what the primary lacks; null where nothing does.</summary>
    public Divergence? Divergence { get; init; }

    /// <summary>How far behind the replicas are; null where nobody knows.</summary>
    public ReplicaProgress? Progress { get; init; }

    /// <summary>What keeps sessions from replicas that are older than they may be; null where nobody knows.</summary>
    public Freshness? Freshness { get; init; }

    /// <summary>What lets sessions back that wait on the primary; null where nothing does.</summary>
    public FallbackEnd? FallbackEnd { get; init; }

    /// <summary>Draws for reads outside a session in place of chance, for tests; an index below zero leaves it to chance.</summary>
    public Func<WeightedReplica[], int>? InsteadOfChance { get; set; }

    /// <summary>The replicas of this moment; setting it moves no session.</summary>
    public ReplicaTable Replicas
    {
        get => _table;
        set => _table = value;
    }

    /// <summary>The server of a read outside a session.</summary>
    /// <param name="refused">The replicas that refused to open in this attempt.</param>
    public RoutedServer Any(List<RoutedServer>? refused)
    {
        var table = _table;
        if (InsteadOfChance?.Invoke(Candidates(session: null, table, refused)) is >= 0 and var drawn)
        {
            return table.Servers[drawn];
        }

        var sum = 0L;
        for (var i = 0; i < table.Servers.Length; i++)
        {
            sum += CanTake(table.Servers[i], refused) ? table.AllAvailable[i].Weight : 0;
        }

        if (sum > 0)
        {
            var left = Random.Shared.NextInt64(sum);
            for (var i = 0; i < table.Servers.Length; i++)
            {
                // A replica can become available between the two loops; one that was counted never vanishes for good.
                left -= CanTake(table.Servers[i], refused) ? table.AllAvailable[i].Weight : 0;
                if (left < 0)
                {
                    return table.Servers[i];
                }
            }
        }

        _reports.NoReplicaAvailable(session: null, _primary.Name);
        return _primary;
    }

    /// <summary>The server of a session's read: the one that it has, otherwise the one that it draws or moves to now.</summary>
    /// <param name="session">The session, with its policy.</param>
    /// <param name="pin">Where it reads in this data source.</param>
    /// <param name="refused">The replicas that refused to open in this attempt.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the questions to other replicas.</param>
    /// <exception cref="ReplicaLostException">The session's replica is lost and its policy lets it go nowhere, or none is
    /// available under <see cref="ReplicaLoss.Fail"/>.</exception>
    public ValueTask<RoutedServer> PinnedAsync(
        ReadSession session,
        SessionPin pin,
        List<RoutedServer>? refused,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        if (pin.Server is { IsPrimary: false } server && server.IsGone(_time))
        {
            Leave(session, pin, server);
        }

        if (pin.Loss is { } loss)
        {
            return AfterLossAsync(session, pin, loss, refused, isAsync, cancellation);
        }

        return pin.IsAway && FallbackEnd is { } end && FallbackEnd.IsDue(session, pin)
            ? end.ReturnAsync(session, pin, InOrder(session, refused), isAsync, cancellation)
            : new(pin.Server ?? Draw(session, pin, refused));
    }

    /// <summary>The replicas that can take a session, in the order in which the selector would draw them.</summary>
    public IEnumerable<RoutedServer> InOrder(ReadSession session, List<RoutedServer>? without)
    {
        var table = _table;
        var candidates = (WeightedReplica[])Candidates(session, table, without).Clone();
        while (_selector.Select(session.Id, candidates) is >= 0 and var picked)
        {
            yield return table.Servers[picked];
            candidates[picked] = candidates[picked] with { IsAvailable = false };
        }
    }

    private async ValueTask<RoutedServer> AfterLossAsync(
        ReadSession session,
        SessionPin pin,
        PinLoss loss,
        List<RoutedServer>? refused,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        var without = new List<RoutedServer>(refused ?? []);
        if (loss.Reason != ReplicaLossReason.Restarted && !without.Contains(loss.Server))
        {
            without.Add(loss.Server);
        }

        var (target, incarnation) = session.LossIn(pin.Source) switch
        {
            ReplicaLoss.Fail or ReplicaLoss.Restart => throw LostSession.Lost(session, loss),
            ReplicaLoss.Redraw => Fresh(session, without),
            _ when _positions is null => throw LostSession.Lost(
                session,
                loss,
                " Without positions, which this data source's provider has not, nothing tells which other server contains what it saw."
            ),
            ReplicaLoss.CaughtUp => await _positions
                .CaughtUpAsync(session, pin, InOrder(session, without), isAsync, cancellation)
                .ConfigureAwait(false),
            _ => (_primary, _primary.Incarnation),
        };

        if (target.IsPrimary && session.LossIn(pin.Source) != ReplicaLoss.Redraw && FallsBack(pin))
        {
            pin.FallBack(session.LossIn(pin.Source));
            if (pin.IsAway)
            {
                _losses.Moved(session, pin, loss.Server, target, loss.Why, loss.Exception);
            }
        }
        else if (pin.TryMove(loss.Server, target, incarnation, forgetsReads: session.LossIn(pin.Source) == ReplicaLoss.Redraw))
        {
            _losses.Moved(session, pin, loss.Server, target, loss.Why, loss.Exception);
        }

        return pin.Server ?? target;
    }

    // A session as long as a user's visit is not on the primary for good because no replica was there for a moment.
    private bool FallsBack(SessionPin pin) => pin.Session.ReturnsFromPrimary && _positions is not null && pin.CarriedRun is null;

    private (RoutedServer Server, int Incarnation) Fresh(ReadSession session, List<RoutedServer> without)
    {
        var server = InOrder(session, without).FirstOrDefault() ?? _primary;
        return (server, server.Incarnation);
    }

    private RoutedServer Draw(ReadSession session, SessionPin pin, List<RoutedServer>? refused)
    {
        var table = _table;
        var (late, stale) = (Late(session, pin, table), Stale(session, table));
        WeightedReplica[] candidates;
        int picked;
        if (late is null && stale is null)
        {
            candidates = Candidates(session, table, refused);
            picked = _selector.Select(session.Id, candidates);
        }
        else
        {
            (candidates, picked) = Preferred(session, table, refused, late ?? [], stale);
        }

        if (picked >= 0)
        {
            return picked < candidates.Length && candidates[picked].IsAvailable
                ? pin.Agree(table.Servers[picked])
                : throw new InvalidOperationException($"{_selector.GetType()} picked index {picked}, which is no available replica.");
        }

        if (session.LossIn(pin.Source) == ReplicaLoss.Fail)
        {
            throw LostSession.NoReplica(session, IsForFreshness(session, table));
        }

        if (pin.Server is null && FallsBack(pin))
        {
            pin.FallBack(session.LossIn(pin.Source));
        }

        var server = pin.Agree(_primary);
        if (server.IsPrimary)
        {
            if (IsForFreshness(session, table))
            {
                _reports.NoReplicaFresh(session.Id, _primary.Name, session.Policies.MaxStaleness!.Value);
            }
            else
            {
                _reports.NoReplicaAvailable(session.Id, _primary.Name);
            }
        }

        return server;
    }

    private (WeightedReplica[] Candidates, int Picked) Preferred(
        ReadSession session,
        ReplicaTable table,
        List<RoutedServer>? refused,
        List<RoutedServer> late,
        List<RoutedServer>? stale
    )
    {
        var candidates = table.AllAvailable;
        foreach (var without in Preferences(session, table, late, stale))
        {
            candidates = Candidates(session, table, refused, without);
            if (_selector.Select(session.Id, candidates) is >= 0 and var picked)
            {
                return (candidates, picked);
            }
        }

        return (candidates, -1);
    }

    // Those that are left out at first, and then fewer and fewer of them.
    private IEnumerable<List<RoutedServer>> Preferences(
        ReadSession session,
        ReplicaTable table,
        List<RoutedServer> late,
        List<RoutedServer>? stale
    )
    {
        var full = table.Servers.Except(late).Where(static replica => replica.Pool.IsFull).ToList();
        var hopeless = stale is null ? [] : Freshness!.Hopeless(session, stale);
        if (stale is not null)
        {
            yield return [.. stale, .. late, .. full];
        }

        yield return [.. hopeless, .. late, .. full];

        // Rather from one that is late to the primary than in a queue with all others for the one that is not.
        yield return [.. hopeless, .. full];
        yield return hopeless;
    }

    private bool IsForFreshness(ReadSession session, ReplicaTable table) =>
        session.Policies.MaxStaleness is not null && table.Servers.Any(replica => CanTake(replica, refused: null));

    // Those that are not known to be as fresh as the session asks; null for none.
    private List<RoutedServer>? Stale(ReadSession session, ReplicaTable table) =>
        Freshness?.NotKnownFresh(session, table.Servers) is { Count: > 0 } stale ? stale : null;

    // Those that will not have in time what the session carries with it; null for none.
    private List<RoutedServer>? Late(ReadSession session, SessionPin pin, ReplicaTable table)
    {
        if (
            Progress is not { } progress
            || pin.Required is not { } required
            || !(pin.IsResumed || pin.BindsToRequired(session.SeesOwnWrites))
        )
        {
            return null;
        }

        List<RoutedServer>? late = null;
        foreach (var replica in table.Servers)
        {
            if (progress.IsTooLate(replica, required, session.RemainingWait))
            {
                (late ??= []).Add(replica);
            }
        }

        return late;
    }

    private WeightedReplica[] Candidates(
        ReadSession? session,
        ReplicaTable table,
        List<RoutedServer>? refused,
        List<RoutedServer>? late = null
    )
    {
        var run = session?.Root.Run;
        return table.Available(
            static (replica, by) =>
                by.Router.CanTake(replica, by.Refused) && by.Late?.Contains(replica) != true && by.Run?.Avoids(replica) != true,
            (Router: this, Refused: refused, Late: late, Run: run),
            isForAll: refused is null && late is null && run is null
        );
    }

    // A server that is gone is lost to a session that has read on it, and left by one that has not.
    private void Leave(ReadSession session, SessionPin pin, RoutedServer server)
    {
        if (!pin.TryLeave(server))
        {
            _losses.Lose(session, pin, server, WhyGone(server), exception: null);
        }
    }

    /// <summary>Why a server that is gone is.</summary>
    public static ReplicaLossReason WhyGone(RoutedServer server) =>
        server.IsTooFarBehind ? ReplicaLossReason.TooFarBehind
        : server.IsAnsweredByOther ? ReplicaLossReason.Silent
        : ReplicaLossReason.Removed;

    private bool CanTake(RoutedServer replica, List<RoutedServer>? refused) =>
        replica.IsAvailable(_time) && !replica.IsGone(_time) && refused?.Contains(replica) != true && Divergence?.KeepsOut(replica) != true;
}
