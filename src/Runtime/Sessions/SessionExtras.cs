namespace MonotonicReads.Sessions;

/// <summary>
/// What few sessions have, and few handles: a snapshot, a moment, a run, something that was seen elsewhere, a wait, recorded decisions. One
/// object, made when something of it is needed first, and not taken away again. Safe for concurrent use.
/// </summary>
internal sealed class SessionExtras
{
    private SessionCarried? _carried;
    private long _waitedTicks;
    private int _lateReadNoted;

    /// <summary>The snapshots that the session ends where nobody did before.</summary>
    public SnapshotScopes Snapshots;

    /// <summary>Where its reads were sent.</summary>
    public SessionDecisions Decisions;

    /// <inheritdoc cref="ReadSession.Snapshot"/>
    public SnapshotScope? Snapshot { get; private init; }

    /// <inheritdoc cref="ReadSession.Moments"/>
    public PrimaryMoments? Moments { get; private init; }

    /// <inheritdoc cref="ReadSession.Run"/>
    public SeriesRun? Run { get; private init; }

    /// <summary>What was written where no data source saw it; null for nothing. Touched under the lock of the session's pins.</summary>
    public List<ReplicationPosition>? Observed { get; set; }

    /// <inheritdoc cref="ReadSession.CarriedIfAny"/>
    public SessionCarried? CarriedIfAny => Volatile.Read(ref _carried);

    /// <inheritdoc cref="ReadSession.Carried"/>
    public SessionCarried Carried =>
        CarriedIfAny ?? Interlocked.CompareExchange(ref _carried, new SessionCarried(token: null), null) ?? CarriedIfAny!;

    /// <summary>What the read that is about to run has waited.</summary>
    public TimeSpan Waited => new(Volatile.Read(ref _waitedTicks));

    /// <summary>What a session or handle begins with; null for nothing.</summary>
    public static SessionExtras? Of(
        SnapshotScope? snapshot = null,
        PrimaryMoments? moments = null,
        SeriesRun? run = null,
        SessionCarried? carried = null
    ) =>
        snapshot is null && moments is null && run is null && carried is null
            ? null
            : new SessionExtras
            {
                Snapshot = snapshot,
                Moments = moments,
                Run = run,
                _carried = carried,
            };

    public void SpendWait(TimeSpan waited) => Interlocked.Add(ref _waitedTicks, waited.Ticks);

    public void RefillWait() => Volatile.Write(ref _waitedTicks, 0);

    /// <returns>Whether it is the first.</returns>
    public bool TryNoteLateRead() => Interlocked.Exchange(ref _lateReadNoted, 1) == 0;
}
