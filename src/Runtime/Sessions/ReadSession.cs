using MonotonicReads.Observability;
using MonotonicReads.Sessions;

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
/// session: once a read ran on the primary, its later reads run there too, or on a replica that has what it saw. A weaker
/// one never weakens. A different
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
public sealed class ReadSession : IDisposable
{
    private readonly ReadSession _root;
    private readonly bool _isJoined;
    private ReadSession? _outer;
    private ReadSession? _joined;
    private SessionExtras? _extras;
    private SessionUuid _id;
    private SessionPins _pins;
    private int _reads;
    private volatile bool _hasEnded;

    internal ReadSession(ReadSession? root, ReadSession? outer, ReadConsistency consistency, SessionPolicy policy, bool isJoined = false)
    {
        _root = root ?? this;
        _outer = outer;
        _isJoined = isJoined;
        Consistency = consistency;
        Policies = policy;
    }

    /// <summary>The running session, or <see langword="null"/> outside one and after it was disposed.</summary>
    public static ReadSession? Current => AmbientSession.Live;

    /// <summary>
    /// The session's UUID. A random one is drawn when it is first needed: by this property or by the first connection.
    /// </summary>
    public Guid Id => _root._id.Value;

    /// <summary>What the session guarantees; in a joined handle at least what was asked for.</summary>
    public ReadConsistency Consistency { get; }

    /// <summary>
    /// Which server each of the session's reads was sent to, in order; for tests and diagnosis. Empty unless the data
    /// source was built with <see cref="ReplicatedMySqlDataSourceBuilder.RecordDecisions"/>.
    /// </summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<RoutingDecision> GetDecisions() => _root.ExtrasIfAny?.Decisions.Copy() ?? [];

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
        _root._pins.Observe(_root, source?.Routed, position);
        CarriedIfAny?.NoteNews();
    }

    /// <summary>What spans say of it.</summary>
    internal SessionTags Tags => new(Id, Consistency);

    internal ReplicaLoss? OnReplicaLoss => Policies.OnReplicaLoss;

    /// <summary>What the session does when it loses its replica in a data source.</summary>
    internal ReplicaLoss LossIn(ISessionSource source) => Policies.OnReplicaLoss ?? source.OnReplicaLoss;

    /// <summary>What is left of the wait budget of the read that is about to run; a joined handle may have less than its session.</summary>
    internal TimeSpan RemainingWait
    {
        get
        {
            var left = Policies.MaxWait - (_root.ExtrasIfAny?.Waited ?? TimeSpan.Zero);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether its level promises that it sees what it wrote.</summary>
    internal bool SeesOwnWrites => IsCausal || Consistency == ReadConsistency.Primary;

    /// <summary>Whether its reads run on a replica that has what they must contain.</summary>
    internal bool IsCausal => Consistency is ReadConsistency.Causal or ReadConsistency.Global;

    internal SessionPolicy Policies { get; }

    /// <summary>The snapshot that the reads show; null where they show none.</summary>
    internal SnapshotScope? Snapshot => ExtrasIfAny?.Snapshot;

    internal bool OwnsSnapshot { get; init; }

    /// <summary>What the primary had when a handle of level <see cref="ReadConsistency.Global"/> began; null where none did.</summary>
    internal PrimaryMoments? Moments => ExtrasIfAny?.Moments;

    /// <summary>Whether what is read on the primary binds the session there only until a replica has it. Of the session itself.</summary>
    internal bool ReturnsFromPrimary { get; init; }

    /// <summary>The run that it was begun for; null for a handle, and where nobody runs it again. Of the session itself.</summary>
    internal SeriesRun? Run => ExtrasIfAny?.Run;

    /// <summary>The call whose reads run in it, or in a handle around it; null where none was planned.</summary>
    internal SeriesPlan? Plan { get; init; }

    internal ReadSession Root => _root;

    /// <summary>The session that this one shadows, or the handle that this one is inside of.</summary>
    internal ReadSession? Outer => _outer;

    internal bool HasEnded => _hasEnded;

    /// <summary>The UUID that it begins with; null for one that is drawn when it is needed.</summary>
    internal Guid? GivenId
    {
        init => _id = new SessionUuid(value);
    }

    /// <summary>A handle that asks for nothing more, and ends nothing.</summary>
    internal ReadSession Joined =>
        _joined ??= new ReadSession(_root, null, Consistency, Policies, isJoined: true)
        {
            ExtrasIfAny = SessionExtras.Of(moments: Moments),
        };

    /// <summary>Opens a session, or joins the running one.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="id">The session's UUID, or <see langword="null"/> for a random one.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
#pragma warning disable RS0026, RS0027 // The overloads differ in a required argument, so that none can be mistaken for another.
    public static ReadSession Begin(ReadConsistency consistency, Guid? id = null) => SessionOpening.Begin(consistency, policy: null, id);
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
    public static ReadSession Begin(ReadConsistency consistency, string key) =>
        SessionOpening.Begin(consistency, policy: null, SessionKey.ToGuid(key));

    /// <summary>Opens a session with other policies than the default ones, or joins the running one.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="options">The policies; in a joined session the stricter ones hold.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative wait, age or number of reads, or no value of
    /// <see cref="ReplicaLoss"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
    public static ReadSession Begin(ReadConsistency consistency, ReadSessionOptions options) =>
        SessionOpening.Begin(consistency, SessionPolicy.Of(options), id: null);

    /// <summary>Opens a session from a key with other policies than the default ones, or joins the running one if it
    /// has that UUID.</summary>
    /// <param name="consistency">What the session guarantees.</param>
    /// <param name="key">What identifies the unit of work; see <see cref="SessionKey"/>.</param>
    /// <param name="options">The policies; in a joined session the stricter ones hold.</param>
    /// <returns>The session, or a handle on the running one. Dispose it where it was begun.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative wait, age or number of reads, or no value of
    /// <see cref="ReplicaLoss"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="ReadConsistency.Eventual"/>, which opens no session, or no
    /// value of the enumeration.</exception>
    /// <exception cref="InvalidOperationException">A stronger level than its own was asked for inside a snapshot.</exception>
    public static ReadSession Begin(ReadConsistency consistency, string key, ReadSessionOptions options) =>
        SessionOpening.Begin(consistency, SessionPolicy.Of(options), SessionKey.ToGuid(key));

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
            _root.ExtrasIfAny?.Snapshots.Remove(Snapshot);
        }

        AmbientSession.Leave(this);
        if (!ReferenceEquals(Plan, _outer?.Plan))
        {
            Plan?.End();
        }

        // A connection pool keeps the execution context of its first opener for good, and this object with it.
        if (ReferenceEquals(_root, this))
        {
            _pins.Record(Consistency);
            _outer = null;
            _joined = null;

            // Those of handles that nobody disposed.
            ExtrasIfAny?.Snapshots.End();

            _pins.End();
        }
    }

    /// <summary>
    /// What the session saw and wrote, for <see cref="Resume(string, SessionTokenOptions?)"/> in another request, process or service:
    /// encrypted, authenticated, at most <see cref="SessionTokenOptions.MaxLength"/> characters, and taken for
    /// <see cref="SessionTokenOptions.Lifetime"/>. Asks each server that was read or written for its position: one round trip for each.
    /// </summary>
    /// <remarks>It holds for what was read before. Reads that end later are not in it.</remarks>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <returns>The token; base64url.</returns>
    /// <exception cref="InvalidOperationException">No options, or too many data sources.</exception>
    public string ToToken(SessionTokenOptions? options = null)
    {
        var token = SessionTravel.ExportAsync(_root, SessionTravel.Required(options), isAsync: false, CancellationToken.None);
        return token.IsCompleted ? token.GetAwaiter().GetResult() : token.AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="ToToken"/>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <param name="cancellationToken">Ends the questions to the servers.</param>
    public async ValueTask<string> ToTokenAsync(SessionTokenOptions? options = null, CancellationToken cancellationToken = default) =>
        await SessionTravel.ExportAsync(_root, SessionTravel.Required(options), isAsync: true, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Goes on with a session: its UUID and level, and every read contains what the session saw and wrote before its token was
    /// made, on a replica that has it by then or on the primary. A session of level <see cref="ReadConsistency.Primary"/> goes on as
    /// <see cref="ReadConsistency.Causal"/>: who needs the primary asks for it. Asks nobody yet.
    /// </summary>
    /// <param name="token">What <see cref="ToToken"/> returned.</param>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <returns>The session. Dispose it where it was resumed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is <see langword="null"/>.</exception>
    /// <exception cref="SessionTokenException">The token is forged, damaged, expired, or of an unknown version.</exception>
    /// <exception cref="InvalidOperationException">No options.</exception>
#pragma warning disable RS0027 // The overloads differ in required arguments, so that none can be mistaken for the other.
    public static ReadSession Resume(string token, SessionTokenOptions? options = null) =>
        Resume(token, ReadConsistency.Monotonic, new ReadSessionOptions(), options);
#pragma warning restore RS0027

    /// <summary>Goes on with a session that from now on guarantees at least a level, under policies of its own.</summary>
    /// <param name="token">What <see cref="ToToken"/> returned.</param>
    /// <param name="atLeast">The level; the token's own holds where it is stronger.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <returns>The session. Dispose it where it was resumed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> or <paramref name="policies"/> is
    /// <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A policy is out of range.</exception>
    /// <exception cref="ArgumentException"><paramref name="atLeast"/> is no level that a session can have.</exception>
    /// <exception cref="SessionTokenException">The token is forged, damaged, expired, or of an unknown version.</exception>
    /// <exception cref="InvalidOperationException">No options.</exception>
    public static ReadSession Resume(string token, ReadConsistency atLeast, ReadSessionOptions policies, SessionTokenOptions? options)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return SessionOpening.Resume(SessionToken.Unprotect(token, SessionTravel.Required(options)), atLeast, policies);
    }

    /// <summary>Whether anything was read or written in the session.</summary>
    public bool HasBeenUsed => _root._pins.First is not null;

    internal SessionPin? FirstPin => _root._pins.First;

    /// <summary>What the session knows from elsewhere; null where that is nothing, and a token was never asked for.</summary>
    internal SessionCarried? CarriedIfAny => _root.ExtrasIfAny?.CarriedIfAny;

    /// <summary>What the session knows from elsewhere.</summary>
    internal SessionCarried Carried => _root.Extras.Carried;

    /// <summary>What few sessions have; null before it is needed.</summary>
    internal SessionExtras? ExtrasIfAny
    {
        get => Volatile.Read(ref _extras);
        init => _extras = value;
    }

    internal SessionExtras Extras =>
        ExtrasIfAny ?? Interlocked.CompareExchange(ref _extras, new SessionExtras(), null) ?? Volatile.Read(ref _extras)!;

    internal bool TryNoteLateRead() => Extras.TryNoteLateRead();

    /// <summary>Takes note of a read or write that is in no token any more.</summary>
    /// <returns>Whether it is the first.</returns>
    internal bool TryNoteLateUse() => CarriedIfAny?.TryNoteLateUse() == true;

    /// <summary>From now on every read contains what was seen and written elsewhere.</summary>
    internal void TakeIn(IEnumerable<SourceState> states) => _root._pins.TakeIn(_root, states);

    /// <summary>Ends a snapshot with the session, if nobody ends it before.</summary>
    internal void Own(SnapshotScope snapshot) => Extras.Snapshots.Add(snapshot);

    /// <summary>Where the session reads in a data source; concurrent callers get one and the same.</summary>
    internal SessionPin PinFor(ISessionSource source) => _root._pins.In(_root, source);

    /// <summary>Takes note of a read; of those that run side by side each has another number.</summary>
    /// <param name="by">One, or minus one for a read that did not run.</param>
    internal void CountRead(int by) => Interlocked.Add(ref _root._reads, by);

    /// <summary>Whether the session's own plan says that this was its last read.</summary>
    internal bool IsAtEndOfPlan => _root.Policies.Reads > 0 && Volatile.Read(ref _root._reads) >= _root.Policies.Reads;

    internal void SpendWait(TimeSpan waited) => _root.Extras.SpendWait(waited);

    /// <summary>A statement runs: the next one has the whole budget again.</summary>
    internal void RefillWait() => _root.ExtrasIfAny?.RefillWait();

    internal void NoteDecision(ISessionSource source, string server, ReadConsistency consistency)
    {
        if (source.RecordsDecisions)
        {
            _root.Extras.Decisions.Add(new RoutingDecision(server, consistency));
        }
    }

    /// <summary>Whether this was its UUID from the beginning, or was drawn.</summary>
    internal bool Has(Guid id) => _root._id.Is(id);
}
