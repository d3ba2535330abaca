namespace MonotonicReads;

/// <summary>
/// A series of reads with one UUID and one guarantee. Ambient: it flows with the asynchronous control flow from
/// <see cref="Begin(ReadConsistency, Guid?)"/> until <see cref="Dispose"/>, and every
/// <see cref="ReplicatedDataSource"/> that is read meanwhile pins the session to one of its replicas.
/// </summary>
/// <remarks>
/// <para>
/// Begin inside a running session joins it: the reads share its UUID and its replica, and disposing the joined handle
/// ends nothing. A stronger guarantee or loss policy holds for the joined reads alone, but what they saw binds the
/// session: once a read ran on the primary, its later reads run there too. A weaker one never weakens. A different
/// explicit UUID opens a separate session that shadows the running one until it is disposed.
/// </para>
/// <para>
/// With several data sources the session has one replica, or the primary, in each. All members are safe for
/// concurrent use. The first read on the primary after reads on a replica goes behind a barrier: it waits until the
/// primary has committed all that it sent to its replicas, which can be ahead of it. Only
/// <see cref="ReplicatedMySqlDataSource"/> has one.
/// </para>
/// <para>
/// The idea of one UUID for each series of reads is Shopify's ("Read Consistency with Database Replicas", 2020), the
/// session guarantee that of Terry et al. (1994).
/// </para>
/// </remarks>
public sealed partial class ReadSession : IDisposable
{
    private static readonly AsyncLocal<ReadSession?> Ambient = new();

    private readonly ReadSession _root;
    private readonly bool _isJoined;
    private ReadSession? _outer;
    private ReadSession? _joined;
    private object? _id;
    private SessionPin? _pins;
    private List<(ReplicatedDataSource? Source, ReplicationPosition Position)>? _observed;
    private List<RoutingDecision>? _decisions;
    private long _waitedTicks;
    private int _reads;
    private int _lateReadNoted;
    private volatile bool _hasEnded;
    private SnapshotScope? _snapshots;

    private ReadSession(ReadSession? root, ReadSession? outer, ReadConsistency consistency, Policy policy, bool isJoined = false)
    {
        _root = root ?? this;
        _outer = outer;
        _isJoined = isJoined;
        Consistency = consistency;
        Policies = policy;
    }

    /// <summary>The running session, or <see langword="null"/> outside one and after it was disposed.</summary>
    public static ReadSession? Current => Live(Ambient.Value);

    /// <summary>
    /// The session's UUID. A random one is drawn when it is first needed: by this property or by the first connection.
    /// </summary>
    public Guid Id => (Guid)(Volatile.Read(ref _root._id) ?? _root.DrawId());

    /// <summary>What the session guarantees; in a joined handle at least what was asked for.</summary>
    public ReadConsistency Consistency { get; }

    /// <summary>
    /// Which server each of the session's reads was sent to, in order; for tests and diagnosis. Empty unless the data
    /// source was built with <see cref="ReplicatedMySqlDataSourceBuilder.RecordDecisions"/>.
    /// </summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<RoutingDecision> GetDecisions()
    {
        if (_root._decisions is not { } decisions)
        {
            return [];
        }

        lock (decisions)
        {
            return [.. decisions];
        }
    }

    /// <summary>
    /// Tells the session of a write that its data sources did not see, such as one of another service: causal reads
    /// contain it from now on.
    /// </summary>
    /// <param name="position">The write's position, or a larger one.</param>
    /// <param name="source">The data source that it belongs to; <see langword="null"/> for every one that the session reads.</param>
    /// <exception cref="ArgumentNullException"><paramref name="position"/> is <see langword="null"/>.</exception>
    public void ObserveWrite(ReplicationPosition position, ReplicatedDataSource? source = null)
    {
        ArgumentNullException.ThrowIfNull(position);
        lock (_root)
        {
            (_root._observed ??= []).Add((source, position));
            for (var pin = Volatile.Read(ref _root._pins); pin is not null; pin = pin.Next)
            {
                if (source is null || ReferenceEquals(source, pin.Source))
                {
                    pin.Require(position);
                }
            }
        }
    }

    internal ReplicaLoss? OnReplicaLoss => Policies.OnReplicaLoss;

    /// <summary>What the session does when it loses its replica in a data source.</summary>
    internal ReplicaLoss LossIn(ReplicatedDataSource source) => Policies.OnReplicaLoss ?? source.OnReplicaLoss;

    /// <summary>What is left of the session's wait budget; a joined handle may have less than its session.</summary>
    internal TimeSpan RemainingWait
    {
        get
        {
            var left = Policies.MaxWait - new TimeSpan(Volatile.Read(ref _root._waitedTicks));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private Policy Policies { get; }

    /// <summary>The snapshot that the reads show; null where they show none.</summary>
    internal SnapshotScope? Snapshot { get; private init; }

    private bool OwnsSnapshot { get; init; }

    internal ReadSession Root => _root;

    /// <summary>Opens a session, or joins the running one.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="id">The session's UUID, or <see langword="null"/> for a random one.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
#pragma warning disable RS0026, RS0027 // The overloads differ in a required argument, so that none can be mistaken for another.
    public static ReadSession Begin(ReadConsistency consistency, Guid? id = null) => Begin(consistency, policy: null, id);
#pragma warning restore RS0026, RS0027

    /// <summary>Opens a session whose UUID is derived from a key, or joins the running one if it has that UUID.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="key">What identifies the unit of work, such as a job's id; see <see cref="SessionKey"/>. The same
    /// key draws the same replica wherever replicas, weights, order and availability agree.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
    public static ReadSession Begin(ReadConsistency consistency, string key) => Begin(consistency, policy: null, SessionKey.ToGuid(key));

    /// <summary>Opens a session with other policies than the default ones, or joins the running one.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="options">The policies; in a joined session the stricter ones hold.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative wait or number of reads, or no value of <see cref="ReplicaLoss"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
    public static ReadSession Begin(ReadConsistency consistency, ReadSessionOptions options) =>
        Begin(consistency, Checked(options), id: null);

    /// <summary>Opens a session from a key with other policies than the default ones, or joins the running one if it
    /// has that UUID.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="key">What identifies the unit of work; see <see cref="SessionKey"/>.</param>
    /// <param name="options">The policies; in a joined session the stricter ones hold.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative wait or number of reads, or no value of <see cref="ReplicaLoss"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
    public static ReadSession Begin(ReadConsistency consistency, string key, ReadSessionOptions options) =>
        Begin(consistency, Checked(options), SessionKey.ToGuid(key));

    /// <summary>
    /// Ends the session; a joined handle ends nothing. Reads that run on in the same flow count as outside a session,
    /// and the data source says so by an event. Disposing twice does nothing.
    /// </summary>
    public void Dispose()
    {
        if (_isJoined || _hasEnded)
        {
            return;
        }

        _hasEnded = true;
        if (OwnsSnapshot)
        {
            Snapshot!.End();
        }

        if (ReferenceEquals(Ambient.Value, this))
        {
            Ambient.Value = _outer;
        }

        // A connection pool keeps the execution context of its first opener for good, and this object with it.
        if (ReferenceEquals(_root, this))
        {
            RoutingMetrics.RecordSession(this, _reads);
            _outer = null;
            _joined = null;

            // Those of handles that nobody disposed.
            for (var snapshot = Interlocked.Exchange(ref _snapshots, null); snapshot is not null; snapshot = snapshot.Next)
            {
                snapshot.End();
            }

            for (var pin = Interlocked.Exchange(ref _pins, null); pin is not null; pin = pin.Next)
            {
                pin.Lease?.End();
            }
        }
    }

    /// <summary>The session that a read belongs to.</summary>
    /// <param name="ended">The session that the flow still carries although it was disposed, once for each.</param>
    internal static ReadSession? ForRead(out ReadSession? ended)
    {
        var ambient = Ambient.Value;
        var live = Live(ambient);
        ended =
            live is null && ambient is not null && Interlocked.Exchange(ref ambient._root._lateReadNoted, 1) == 0 ? ambient._root : null;
        return live;
    }

    /// <summary>Where the session reads in a data source; concurrent callers get one and the same.</summary>
    internal SessionPin PinFor(ReplicatedDataSource source)
    {
        var first = Volatile.Read(ref _root._pins);
        SessionPin? created = null;
        while (true)
        {
            for (var pin = first; pin is not null; pin = pin.Next)
            {
                if (ReferenceEquals(pin.Source, source))
                {
                    return pin;
                }
            }

            if (created is null)
            {
                created = new SessionPin(_root, source);
                _root.TellResumed(created);
            }

            created.Next = first;
            var seen = Interlocked.CompareExchange(ref _root._pins, created, first);
            if (ReferenceEquals(seen, first))
            {
                TellObserved(created);
                return created;
            }

            first = seen;
        }
    }

    /// <summary>Takes note of a read; of those that run side by side each has another number.</summary>
    internal void CountRead() => Interlocked.Increment(ref _root._reads);

    /// <summary>A read was not executed after all: takes it back if it is the only one of the session.</summary>
    internal bool TryTakeBackOnlyRead() => Interlocked.CompareExchange(ref _root._reads, 0, 1) == 1;

    /// <summary>Whether the session keeps its connections between reads.</summary>
    internal bool HasSeries => _root.Policies.Reads > 1;

    /// <summary>Whether the plan says that this was the last read.</summary>
    internal bool IsAtEndOfPlan => _root.Policies.Reads > 0 && Volatile.Read(ref _root._reads) >= _root.Policies.Reads;

    internal void SpendWait(TimeSpan waited) => Interlocked.Add(ref _root._waitedTicks, waited.Ticks);

    internal void NoteDecision(ReplicatedDataSource source, RoutedServer server, ReadConsistency consistency)
    {
        if (!source.RecordsDecisions)
        {
            return;
        }

        var decisions =
            Volatile.Read(ref _root._decisions) ?? Interlocked.CompareExchange(ref _root._decisions, [], null) ?? _root._decisions!;
        lock (decisions)
        {
            decisions.Add(new RoutingDecision(server.Name, consistency));
        }
    }

    private void TellObserved(SessionPin pin)
    {
        lock (_root)
        {
            foreach (var (source, position) in _root._observed ?? [])
            {
                if (source is null || ReferenceEquals(source, pin.Source))
                {
                    pin.Require(position);
                }
            }
        }
    }

    private static ReadSession Begin(ReadConsistency consistency, Policy? policy, Guid? id)
    {
        if (consistency is not (ReadConsistency.Monotonic or ReadConsistency.Snapshot or ReadConsistency.Causal or ReadConsistency.Primary))
        {
            throw Unavailable(consistency);
        }

        var isSnapshot = consistency == ReadConsistency.Snapshot;
        var ambient = Ambient.Value;
        var current = Live(ambient);
        if (current is null || (id is { } other && !current.Has(other)))
        {
            return Enter(
                isSnapshot
                    ? new ReadSession(null, current, consistency, policy ?? Policy.Default)
                    {
                        _id = id,
                        Snapshot = new SnapshotScope(),
                        OwnsSnapshot = true,
                    }
                    : new ReadSession(null, current, consistency, policy ?? Policy.Default) { _id = id }
            );
        }

        if (current.Snapshot is not null && consistency > current.Consistency)
        {
            throw new InvalidOperationException(
                $"A snapshot shows one moment, and ReadConsistency.{consistency} inside it would show a later one. Begin the {consistency} session outside, and the snapshot in it."
            );
        }

        if (isSnapshot && current.Snapshot is null)
        {
            return Enter(current.WithSnapshot(policy));
        }

        var stricter = policy is null ? current.Policies : current.Policies.And(policy);
        if (consistency <= current.Consistency && stricter == current.Policies)
        {
            return current._joined ??= new ReadSession(current._root, null, current.Consistency, current.Policies, isJoined: true);
        }

        return Enter(
            new ReadSession(current._root, current, consistency > current.Consistency ? consistency : current.Consistency, stricter)
            {
                Snapshot = current.Snapshot,
            }
        );
    }

    // A handle on the session whose reads show one moment; at the session's own level, so that they contain what it wrote where that is causal.
    private ReadSession WithSnapshot(Policy? policy)
    {
        var scope = new SnapshotScope();
        var first = Volatile.Read(ref _root._snapshots);
        while (true)
        {
            scope.Next = first;
            var seen = Interlocked.CompareExchange(ref _root._snapshots, scope, first);
            if (ReferenceEquals(seen, first))
            {
                break;
            }

            first = seen;
        }

        var level = Consistency > ReadConsistency.Snapshot ? Consistency : ReadConsistency.Snapshot;
        return new ReadSession(_root, this, level, policy is null ? Policies : Policies.And(policy))
        {
            Snapshot = scope,
            OwnsSnapshot = true,
        };
    }

    private static ReadSession Enter(ReadSession session)
    {
        Ambient.Value = session;
        return session;
    }

    private static ReadSession? Live(ReadSession? session)
    {
        while (session is not null)
        {
            if (session._root._hasEnded)
            {
                return null;
            }

            if (!session._hasEnded)
            {
                return session;
            }

            session = session._outer;
        }

        return null;
    }

    private static Policy Checked(ReadSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaitMilliseconds, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Reads, nameof(options));
        return options.OnReplicaLoss is null or (>= ReplicaLoss.Primary and <= ReplicaLoss.Redraw)
            ? new Policy(options.OnReplicaLoss, TimeSpan.FromMilliseconds(options.MaxWaitMilliseconds), options.Reads)
            : throw new ArgumentOutOfRangeException(nameof(options), options.OnReplicaLoss, "No value of ReplicaLoss.");
    }

    private static ArgumentException Unavailable(ReadConsistency consistency) =>
        consistency switch
        {
            ReadConsistency.Eventual => new ArgumentException(
                "Eventual reads need no session: ReadConsistency.Eventual opens no session. Read without one.",
                nameof(consistency)
            ),
            ReadConsistency.Snapshot => new ArgumentException(
                "A snapshot ends with its session, so that none can be resumed. Resume at ReadConsistency.Monotonic, and begin a snapshot inside.",
                nameof(consistency)
            ),
            _ => new ArgumentOutOfRangeException(nameof(consistency), consistency, "No value of ReadConsistency."),
        };

    /// <summary>What a handle asked for; of two the stricter holds. The plan is that of the session's opener alone.</summary>
    private sealed record Policy(ReplicaLoss? OnReplicaLoss, TimeSpan MaxWait, int Reads = 0)
    {
        public static Policy Default { get; } = new(null, TimeSpan.FromMilliseconds(ReadSessionOptions.DefaultMaxWaitMilliseconds));

        public Policy And(Policy other) =>
            this with
            {
                OnReplicaLoss = Strictness(other.OnReplicaLoss) > Strictness(OnReplicaLoss) ? other.OnReplicaLoss : OnReplicaLoss,
                MaxWait = other.MaxWait < MaxWait ? other.MaxWait : MaxWait,
            };

        // Who says nothing accepts what the data source does, but no less than Redraw.
        private static int Strictness(ReplicaLoss? policy) =>
            policy switch
            {
                ReplicaLoss.Redraw => 0,
                null => 1,
                ReplicaLoss.Fail => 3,
                _ => 2,
            };
    }

    private bool Has(Guid id) => Volatile.Read(ref _root._id) is Guid own && own == id;

    private object DrawId()
    {
        object drawn = Guid.NewGuid();
        return Interlocked.CompareExchange(ref _id, drawn, null) ?? drawn;
    }
}
