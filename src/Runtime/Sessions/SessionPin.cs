using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// Where a session reads in one data source, what it has seen there, and what its reads must contain. Safe for
/// concurrent use; concurrent reads of a session agree on one server and on one move.
/// </summary>
internal sealed class SessionPin(ReadSession session, ISessionSource source)
{
    private volatile RoutedServer? _server;
    private volatile bool _hasRead;
    private volatile bool _hasReadPrimary;
    private int _incarnation;
    private int _counted;
    private KnownPrimary _primary;
    private ReplicaReads _reads;
    private PinExtras? _extras;

    public ReadSession Session => session;

    public ISessionSource Source => source;

    public SessionPin? Next { get; set; }

    /// <summary>Where the session reads; null before the first draw.</summary>
    public RoutedServer? Server => _server;

    /// <summary>How the reads of the run ended that the session was begun for; null where nobody runs it again.</summary>
    public RunReads? RunReads => session.Run?.Reads;

    /// <summary>Set from the moment in which a replica that was read is lost until the session has moved.</summary>
    public PinLoss? Loss => ExtrasIfAny?.Loss;

    /// <summary>Whether the session stays on the primary until a replica has what it must see.</summary>
    public bool IsAway => ExtrasIfAny?.Fallback.IsOn == true;

    /// <summary>Whether it is time to look for one.</summary>
    public bool IsReturnDue => ExtrasIfAny?.Fallback.IsDue(source.Time) == true;

    /// <summary>The replica on which the session has read last; null where it has read on none, or need not remember.</summary>
    public RoutedServer? LastReplica => _reads.Last;

    /// <summary>Whether the session reads on the primary and has done so, so that what it saw there is not known but to that.</summary>
    public bool HasReadPrimary => _hasReadPrimary && _server is { IsPrimary: true };

    /// <summary>What a causal read must contain: the session's writes, and what it saw on the primary. Null for nothing.</summary>
    public ReplicationPosition? Required => ExtrasIfAny?.Writes.Required;

    /// <summary>What the session's reads on replicas saw at most; null where that is not known for all of them.</summary>
    public ReplicationPosition? Seen => _reads.Seen;

    /// <summary>Whether the session has read on a replica and the primary is not proved to contain it.</summary>
    public bool NeedsBarrier => _reads.NeedBarrier;

    /// <summary>The statements of the session that returned data here.</summary>
    public int Counted => Volatile.Read(ref _counted);

    /// <summary>Counts one more, or one less where it runs again.</summary>
    /// <param name="by">One, or minus one.</param>
    /// <param name="handle">The handle whose read it is; null for none.</param>
    public void Count(int by, ReadSession? handle)
    {
        Interlocked.Add(ref _counted, by);
        session.CountRead(by);
        handle?.Plan?.Count(by);
    }

    /// <summary>The reads that the session has begun on replicas.</summary>
    public long ReplicaReads => _reads.Count;

    /// <summary>Whether the primary is another run of the server than when the session first read or wrote.</summary>
    public bool HasOtherPrimary => _primary.IsOther(source.Primary);

    /// <summary>What every process calls the run of the primary that the session knows; empty where there is none.</summary>
    public string PrimaryRun => _primary.Run;

    /// <summary>Whether the primary was restarted since the session first read or wrote.</summary>
    public bool HasRestartedPrimary => _primary.WasRestarted(source.Primary);

    /// <summary>Whether it is known what another run of the primary must have for what the session saw and (if they count) wrote.</summary>
    public bool TellsOfPrimary(bool seesOwnWrites) => !(HasReadPrimary || (BindsToRequired(seesOwnWrites) && MustAskPrimary));

    /// <summary>Whether the session wrote where only the primary's position tells what, or is about to.</summary>
    public bool MustAskPrimary => ExtrasIfAny?.Writes.MustAskPrimary == true;

    /// <summary>Whether every read must contain <see cref="Required"/>, because it was seen where the session came from.</summary>
    public bool IsResumed => ExtrasIfAny?.Carried.IsAny == true;

    /// <summary>The run of the primary without which a resumed session cannot go on; empty for any, null with a position.</summary>
    public string? CarriedRun => ExtrasIfAny?.Carried.PrimaryRun;

    /// <summary>What it brought along that may be of another data source of the same name: looked into before anything is read.</summary>
    public IReadOnlyList<SourceState> Doubts => ExtrasIfAny?.Carried.Doubts ?? [];

    /// <summary>Every read that starts from now on contains what was seen elsewhere, if that is this data source's.</summary>
    public void Tell(SourceState state, NameMatch match)
    {
        lock (this)
        {
            Extras.Carried.Tell(this, state, match);
            _reads.Tell();
        }
    }

    /// <summary>Takes the drawn server unless a concurrent read was first; everyone gets the first one's.</summary>
    public RoutedServer Agree(RoutedServer drawn)
    {
        lock (this)
        {
            return _server ??= drawn;
        }
    }

    /// <summary>Whether a read must contain <see cref="Required"/>: of a causal handle, or once one has read on the primary.</summary>
    public bool BindsToRequired(bool seesOwnWrites) => seesOwnWrites || ExtrasIfAny?.Writes.WereSeen == true;

    /// <summary>Whether a read may not run on a replica before something was asked or waited for.</summary>
    public bool MustCatchUp(RoutedServer replica, bool seesOwnWrites, PrimaryMoments? moments = null) =>
        Doubts.Count > 0
        || moments?.AreKnown(this) == false
        || (BindsToRequired(seesOwnWrites) && MustAskPrimary)
        || ((BindsToRequired(seesOwnWrites) || IsResumed) && Required is { } required && replica.Reached?.Contains(required) != true);

    /// <summary>Notes a read on a replica; adopts the replica if none was drawn.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="isFirstOfConnection">Whether a connection reads for the session there from now on, until
    /// <see cref="LeaveReplica"/>.</param>
    /// <returns>Whether the session may read there.</returns>
    public bool TryRead(RoutedServer replica, bool isFirstOfConnection)
    {
        // In one step: a session that moves meanwhile must either know of the read, or turn it away.
        lock (this)
        {
            if (Loss is not null || !ReferenceEquals(_server ??= replica, replica))
            {
                return false;
            }

            if (!_hasRead)
            {
                _incarnation = replica.Incarnation;
                _primary.Know(source.Primary);
                _hasRead = true;
            }

            _reads.Begin(replica, _incarnation, isFirstOfConnection);
            return true;
        }
    }

    /// <summary>A connection that read for the session on a replica is closed.</summary>
    /// <param name="seen">What its reads saw; null where that is not known.</param>
    public void LeaveReplica(ReplicationPosition? seen) => _reads.End(this, seen);

    /// <summary>A connection of the session writes, or reads for a causal session, on the primary.</summary>
    public void EnterPrimary()
    {
        _primary.Know(source.Primary);
        Extras.Writes.Enter();
    }

    /// <summary>A causal handle reads on the primary: every later read of the session must contain what it sees.</summary>
    public void SeeRequired() => Extras.Writes.See();

    /// <summary>What a read sees on the primary binds the session to this run of it, and to the primary.</summary>
    public void ReadPrimary(ReplicaLoss policy)
    {
        // In one step with a return from there.
        lock (this)
        {
            BindPrimary(policy);
            _primary.Know(source.Primary);
            _hasReadPrimary = true;
        }
    }

    /// <summary>The session reads on the primary until a replica has what it must see; where it is bound there for good it stays.</summary>
    public void FallBack(ReplicaLoss policy) => Extras.Fallback.Begin(this, policy);

    /// <summary>A read looks for a replica to return to; others stay where they are meanwhile.</summary>
    public bool TryBeginReturn() => ExtrasIfAny?.Fallback.TryBeginToReturn(this) == true;

    /// <summary>It has looked.</summary>
    /// <param name="to">The replica and the run of it; null for none.</param>
    /// <param name="reads">How many reads on replicas it is known to contain.</param>
    /// <returns>Whether the session goes on there: not where more was read, or the primary was asked for, meanwhile.</returns>
    public bool EndReturn((RoutedServer Server, int Incarnation)? to, long reads)
    {
        lock (this)
        {
            var hasReturned = Extras.Fallback.TryReturn(this, to, reads);

            // Nothing was read there yet: should it not open, another may be drawn, which has to have the same.
            _hasRead &= !hasReturned;
            return hasReturned;
        }
    }

    /// <summary>The connection is closed, and the primary's state then is required of causal reads.</summary>
    /// <param name="position">What it wrote and saw; null where only the primary can tell.</param>
    public void LeavePrimary(ReplicationPosition? position) => Extras.Writes.Leave(this, position);

    /// <summary>Something was written whose position is not known.</summary>
    public void MarkWritten() => Extras.Writes.Mark();

    /// <summary>The primary will be asked; what is written from now on is not in its answer.</summary>
    /// <returns>For <see cref="EndToAsk"/>.</returns>
    public long BeginToAsk() => ExtrasIfAny?.Writes.Unknown ?? 0;

    /// <summary>The primary was asked. Until now everyone else who needed its answer had to ask too.</summary>
    /// <param name="begun">What <see cref="BeginToAsk"/> returned.</param>
    /// <param name="position">The answer.</param>
    public void EndToAsk(long begun, ReplicationPosition position) => Extras.Writes.EndToAsk(this, begun, position);

    /// <summary>From now on causal reads contain this position.</summary>
    public void Require(ReplicationPosition position) => Extras.Writes.Require(this, position);

    /// <summary>From now on the session reads on the primary, for good; unless it has lost its replica and may not move.</summary>
    public void BindPrimary(ReplicaLoss policy)
    {
        if (!ReferenceEquals(_server, source.Primary) || Loss is not null || IsAway)
        {
            lock (this)
            {
                if (Loss is null || SessionPolicy.LeadsToPrimary(policy, source.HasPositions))
                {
                    _server = source.Primary;
                    ExtrasIfAny?.ForgetLoss();
                    ExtrasIfAny?.Fallback.End(source.Time);
                }
            }
        }
    }

    /// <summary>The reads on replicas that a barrier which starts now covers; null while some have not ended.</summary>
    public long? EndedReads => _reads.Ended(this);

    /// <summary>This run of the primary contains what the session has read.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reads"><see cref="EndedReads"/> from before the barrier.</param>
    public void PassedBarrier(RoutedServer.KnownRun run, long? reads)
    {
        _primary.Pass(run);
        _reads.PassBarrier(this, reads ?? 0);
    }

    /// <summary>A connection was about to read for the session on a replica, and did not.</summary>
    public void LeaveReplicaUnread() => _reads.EndUnread(this);

    /// <summary>What counts as a read returned nothing that was read, such as preparing a text.</summary>
    /// <param name="epoch">What <see cref="ReadEpoch"/> was before it.</param>
    public void NoteNothingRead(int epoch) => _reads.NoteNothingRead(this, epoch);

    /// <summary>Another one once reads were taken back or forgotten.</summary>
    public int ReadEpoch => _reads.Epoch;

    /// <summary>A read was not executed, of which no connection is left. Where nothing else was read that counts, there was none.</summary>
    public void TakeBackRead(RoutedServer replica)
    {
        lock (this)
        {
            if (Loss is null && ReferenceEquals(_server, replica) && _reads.TryTakeBack(keepsCarried: IsResumed || Doubts.Count > 0))
            {
                _server = null;
                _hasRead = false;
            }
        }
    }

    /// <summary>A replica refused to open: gives it up if nothing was read on it.</summary>
    /// <returns>Whether the session may be drawn again.</returns>
    public bool TryLeave(RoutedServer replica)
    {
        lock (this)
        {
            var isHere = ReferenceEquals(_server, replica);
            if (isHere && !_hasRead)
            {
                _server = null;
            }

            return !isHere || !_hasRead;
        }
    }

    /// <summary>Whether the replica is another run of the server than the one that the session has read.</summary>
    public bool IsOtherIncarnation(RoutedServer replica)
    {
        lock (this)
        {
            return _hasRead && !replica.IsPrimary && ReferenceEquals(_server, replica) && _incarnation != replica.Incarnation;
        }
    }

    /// <summary>The run of <see cref="LastReplica"/> on which the session has read last.</summary>
    public int LastIncarnation => _reads.LastIncarnation;

    /// <summary>Records that the replica which the session has read is lost; the first record stays.</summary>
    /// <returns>Whether this call recorded it.</returns>
    public bool TryLose(RoutedServer replica, PinLoss loss)
    {
        lock (this)
        {
            if (Loss is not null || !_hasRead || !ReferenceEquals(_server, replica))
            {
                return false;
            }

            Extras.Loss = loss;
            return true;
        }
    }

    /// <summary>Moves the session to another server, unless a concurrent read has moved it already.</summary>
    /// <param name="from">Where it is now.</param>
    /// <param name="to">The server.</param>
    /// <param name="incarnation">The run of it that was found to be good enough.</param>
    /// <param name="forgetsReads">True where the new server need not contain what was read.</param>
    /// <param name="reads">The reads on replicas that the new server is known to contain; null where no other can be there.</param>
    /// <returns>Whether this call moved it.</returns>
    public bool TryMove(RoutedServer? from, RoutedServer to, int incarnation, bool forgetsReads, ContainedReads? reads = null)
    {
        lock (this)
        {
            if (!ReferenceEquals(_server, from) || (reads is { } known && !_reads.AreIn(known)))
            {
                return false;
            }

            _server = to;
            ExtrasIfAny?.ForgetLoss();
            _incarnation = incarnation;
            if (forgetsReads)
            {
                _hasRead = false;
                _reads.Forget();
            }

            return true;
        }
    }

    private PinExtras? ExtrasIfAny => Volatile.Read(ref _extras);

    private PinExtras Extras => PinExtras.In(ref _extras);
}
