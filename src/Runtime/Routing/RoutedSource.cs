using System.Collections.Concurrent;
using System.Transactions;
using MonotonicReads.Choosing;
using MonotonicReads.Detection;
using MonotonicReads.Observability;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>All that routing and sessions know of one data source; it knows nothing of ADO.NET's classes above it.</summary>
internal sealed class RoutedSource : ISessionSource
{
    private readonly Func<Exception, bool> _isServerFailure;
    private readonly ConcurrentDictionary<string, bool> _foreign = new(StringComparer.Ordinal);

    /// <param name="set">The servers and the settings.</param>
    /// <param name="raise">Raises the event.</param>
    /// <param name="isServerFailure">Whether an exception says that a server is out of reach, so that another may serve.</param>
    public RoutedSource(ReplicaSet set, Action<ReadSessionEventArgs> raise, Func<Exception, bool> isServerFailure)
    {
        _isServerFailure = isServerFailure;
        Primary = set.Primary;
        Time = set.Time;
        Name = set.Name;
        RecordsDecisions = set.RecordsDecisions;
        DrainTimeout = set.DrainTimeout;
        OnReplicaLoss = set.OnReplicaLoss;
        Proxy = set.Proxy;
        JoinsTransactions = set.JoinsTransactions;
        Leases = new LeaseBook(Time);
        Reports = new RoutingReports(new QuietLogger(set.LoggerFactory.CreateLogger(RoutingLog.Category)), raise, set.Name.Name, Time);
        Detector = set.SeriesDetector is { } detector
            ? new SeriesDetector(detector, Reports, args => SeriesFound?.Invoke(args), ShownName, Proxy is not null, Time)
            : null;
        Losses = new ReplicaLosses(this, Reports);
        if (Proxy is not null)
        {
            Proxy.HintTakenOut = Reports.HintTakenOut;
        }

        Progress = new ReplicaProgress(Primary, Time);
        Age = new StateAge(Primary, Time);
        Positions = set.HasPositions ? new PositionSearch(this, Losses, Progress, Age) : null;
        var primaryPositions = new PrimaryPositions(this, Age, Progress);
        Freshness = new Freshness(this, Age, Progress, Losses, Positions, primaryPositions)
        {
            AreServersNamed = Proxy is null or { Dialect.IsExact: true },
        };
        Divergence = Positions is null ? null : new Divergence(this, Reports, () => Router!.Replicas.Servers, set.AllowsDivergedReplicas);
        Router = new ReplicaRouter(Primary, set.Replicas, set.Selector, Time, Reports, Losses, Positions)
        {
            Divergence = Divergence,
            Progress = Progress,
            Freshness = Freshness,
            FallbackEnd = Positions is null ? null : new FallbackEnd(this, Positions, Losses),
        };
        CausalWait = Positions is null ? null : new CausalWait(Primary, Positions, Router, Losses, Progress, primaryPositions);
    }

    public SourceName Name { get; }

    /// <summary>Its name as people call it.</summary>
    public string ShownName => Name.Name;

    public RoutedServer Primary { get; }

    public TimeProvider Time { get; }

    public ReplicaLoss OnReplicaLoss { get; }

    public bool HasPositions => Positions is not null;

    public bool RecordsDecisions { get; }

    /// <summary>Told of each of the driver's commands and batches before it is sent, for tests; null for nobody.</summary>
    public Action<RoutedServer, object>? Sending { get; set; }

    /// <summary>Told of each that <see cref="Sending"/> was told of, when it was answered (true) or failed, for tests; null for
    /// nobody.</summary>
    public Action<object, bool>? Answered { get; set; }

    /// <summary>Told of the replica that a session reads on, before it opens a connection there again, for tests; null for
    /// nobody.</summary>
    public Action<ReadSession, RoutedServer>? Returning { get; set; }

    private bool JoinsTransactions { get; }

    public int ConnectionTimeout { get; init; }

    public TimeSpan? DrainTimeout { get; }

    /// <summary>The proxy before the servers; null where each is connected to.</summary>
    public ProxyRoute? Proxy { get; }

    /// <summary>The transaction of <c>System.Transactions</c> that a connection which is opened on the primary now is in; null for
    /// none.</summary>
    public Transaction? Joined => JoinsTransactions ? Transaction.Current : null;

    public RoutingReports Reports { get; }

    /// <summary>Looks for series of reads outside sessions; null where it is off.</summary>
    public SeriesDetector? Detector { get; }

    /// <summary>Raises the event of the detector.</summary>
    public Action<ReadSeriesEventArgs>? SeriesFound { get; init; }

    public ReplicaLosses Losses { get; }

    /// <summary>Asks the servers what they contain; null where the provider's servers tell no position.</summary>
    public PositionSearch? Positions { get; }

    public ReplicaRouter Router { get; }

    /// <summary>How far behind the replicas are.</summary>
    public ReplicaProgress Progress { get; }

    /// <summary>How old they are at most.</summary>
    public StateAge Age { get; }

    /// <summary>Keeps reads that ask for it from states that are too old.</summary>
    public Freshness Freshness { get; }

    /// <summary>Compares replicas with the primary; null where <see cref="Positions"/> is.</summary>
    public Divergence? Divergence { get; }

    /// <summary>Waits for what a session wrote; null where <see cref="Positions"/> is.</summary>
    public CausalWait? CausalWait { get; }

    /// <summary>The connections that sessions keep between reads.</summary>
    public LeaseBook Leases { get; }

    public bool IsServerFailure(Exception exception) =>
        _isServerFailure(exception) || exception is WritableReplicaException { WasReplica: true };

    /// <summary>A run of a server is there that was not there before.</summary>
    /// <param name="server">The server.</param>
    /// <param name="isOther">Whether there was another before it.</param>
    public void NoteRun(RoutedServer server, bool isOther)
    {
        if (isOther)
        {
            Reports.ServerRestarted(server.Name);
        }

        Divergence?.NoteRun(server, isOther);
    }

    /// <summary>Sessions bring along positions of another cluster under this data source's name.</summary>
    /// <param name="text">What tokens call the other one.</param>
    public void NoteForeign(string text)
    {
        // Once for each: every request of a user brings it.
        if (_foreign.TryAdd(text, true))
        {
            Reports.ForeignPosition(SourceName.Shown(text), Name.ToString());
        }
    }

    /// <summary>Whether a server that failed leaves another to try.</summary>
    public bool CanTryAnother(RoutedServer server, Exception exception) =>
        !server.IsPrimary
        && !ReferenceEquals(server, Proxy?.Anywhere)
        && exception is not ReplicaLostException
        && IsServerFailure(exception);

    /// <summary>The session that a read belongs to; says so where it comes after its session.</summary>
    public ReadSession? SessionForRead()
    {
        var session = AmbientSession.ForRead(out var ended);
        if (ended is not null)
        {
            Reports.LateRead(ended.Id);
        }

        return session;
    }

    public void NoteLoss(SessionPin pin, RoutedServer replica, Exception exception)
    {
        var reason = replica.IsGone(Time) ? ReplicaRouter.WhyGone(replica) : ReplicaLossReason.ConnectionBroken;
        Losses.Lose(pin.Session, pin, replica, reason, exception);
    }

    /// <summary>A connection is handed out that is none of this data source's: anything can be done on it.</summary>
    /// <exception cref="InvalidOperationException">By a series of reads that runs again already.</exception>
    public static void NotePastRouting() => AmbientSession.Run?.Note();

    // Behind a proxy the ids are those of its connections.
    public ValueTask<bool> HasEndedAnyAsync(
        RoutedServer replica,
        IReadOnlyCollection<int> connections,
        bool isAsync,
        CancellationToken cancellation
    ) =>
        Proxy is null && connections.Count > 0
            ? new EndedConnections(this).AreAmongAsync(replica, connections, isAsync, cancellation)
            : new(false);

    public void NoteRestart(Guid lost, Guid next, PinLoss loss, int number) =>
        Reports.Restarted(lost, next, loss.Replica, loss.Why, number, loss.Exception);

    public ValueTask<SourceState?> StateOfAsync(SessionPin pin, bool isAsync, CancellationToken cancellation) =>
        new TravellingState(this, Positions, tellsRuns: Positions is not null && Proxy is not { Dialect.NamesPrimary: false }).OfAsync(
            pin,
            isAsync,
            cancellation
        );
}
