using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// The reads of a session on replicas: how many, what they saw at most, and whether the primary is proved to contain it. A field of the
/// session's pin; changed under its lock and read without.
/// </summary>
internal struct ReplicaReads
{
    private RoutedServer? _last;
    private SettledReads? _settled;

    // Counted, and not only flagged, as those behind the barrier: what begins while a server is being asked is not in its answer.
    private long _count;
    private int _lastIncarnation;
    private int _open;
    private bool _lackSeen;

    /// <summary>The replica of the last one; null where there is none, or none that need be remembered.</summary>
    public readonly RoutedServer? Last => Volatile.Read(in _last);

    /// <summary>The run of <see cref="Last"/>.</summary>
    public readonly int LastIncarnation => Volatile.Read(in _lastIncarnation);

    /// <summary>What they saw at most; null where that is not known for all of them.</summary>
    public readonly ReplicationPosition? Seen =>
        Volatile.Read(in _lackSeen) || Volatile.Read(in _open) > 0 ? null : Volatile.Read(in _settled)?.Seen;

    /// <summary>How many have begun.</summary>
    public readonly long Count => Volatile.Read(in _count);

    /// <summary>Whether there are some that the primary is not proved to contain.</summary>
    public readonly bool NeedBarrier => Volatile.Read(in _count) != (Volatile.Read(in _settled)?.BehindBarrier ?? 0);

    /// <summary>Whether there are no others, and none that may run on.</summary>
    public readonly bool AreIn(ContainedReads reads) => _count == reads.Begun && _open <= reads.Open;

    /// <summary>What was read elsewhere counts as one.</summary>
    public void Tell()
    {
        Volatile.Write(ref _count, _count + 1);
        Settled.WithoutResult++;
    }

    /// <summary>One begins.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="incarnation">The run of it.</param>
    /// <param name="isFirstOfConnection">Whether a connection is to be waited for from now on.</param>
    public void Begin(RoutedServer replica, int incarnation, bool isFirstOfConnection)
    {
        Volatile.Write(ref _last, replica);
        Volatile.Write(ref _lastIncarnation, incarnation);
        Volatile.Write(ref _count, _count + 1);
        _open += isFirstOfConnection ? 1 : 0;
    }

    /// <summary>The connection of some is closed.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="seen">What they saw; null where that is not known.</param>
    public void End(SessionPin pin, ReplicationPosition? seen)
    {
        lock (pin)
        {
            if (seen is null)
            {
                Volatile.Write(ref _lackSeen, true);
            }
            else
            {
                Settled.Seen = Settled.Seen?.Union(seen) ?? seen;
            }

            EndUnread(pin);
        }
    }

    /// <summary>The connection of some that were not executed is closed.</summary>
    /// <param name="pin">The lock.</param>
    public void EndUnread(SessionPin pin)
    {
        lock (pin)
        {
            Volatile.Write(ref _open, _open - 1);
        }
    }

    /// <summary>Those that a barrier which starts now covers; null while some have not ended.</summary>
    /// <param name="pin">The lock.</param>
    public readonly long? Ended(SessionPin pin)
    {
        lock (pin)
        {
            return _open == 0 ? _count : null;
        }
    }

    /// <summary>The primary contains the first ones.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="covered">How many.</param>
    public void PassBarrier(SessionPin pin, long covered)
    {
        lock (pin)
        {
            Settled.BehindBarrier = Math.Max(Settled.BehindBarrier, covered);
        }
    }

    /// <summary>Another one once reads were taken back or forgotten.</summary>
    public readonly int Epoch => Volatile.Read(in _settled)?.Epoch ?? 0;

    /// <summary>One of them returned nothing that was read.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="epoch">The epoch before it began.</param>
    public void NoteNothingRead(SessionPin pin, int epoch)
    {
        lock (pin)
        {
            Settled.WithoutResult += epoch == Epoch ? 1 : 0;
        }
    }

    /// <summary>One was not executed: where no other could have returned something, it is as if none had begun here.</summary>
    /// <param name="keepsCarried">Whether the primary must still be proved to contain what was read elsewhere.</param>
    /// <returns>Whether it was the only one.</returns>
    public bool TryTakeBack(bool keepsCarried)
    {
        if (_open > 0 || _count != (_settled?.WithoutResult ?? 0) + 1)
        {
            return false;
        }

        Volatile.Write(ref _last, null);
        Settled.WithoutResult = _count;
        Settled.Epoch++;
        if (!keepsCarried)
        {
            // Not counted back: a barrier on its way may have counted it.
            Settled.BehindBarrier = _count;
        }

        return true;
    }

    /// <summary>Nobody needs to contain them any more.</summary>
    public void Forget()
    {
        Settled.BehindBarrier = _count;
        Settled.WithoutResult = _count;
        Settled.Epoch++;
        Settled.Seen = null;
        Volatile.Write(ref _last, null);
        Volatile.Write(ref _lackSeen, false);
    }

    // Of most sessions there is none. Made under the lock.
    private SettledReads Settled
    {
        get
        {
            if (_settled is not { } settled)
            {
                settled = new SettledReads();
                Volatile.Write(ref _settled, settled);
            }

            return settled;
        }
    }

    /// <summary>What is known of reads that have ended: what they saw, and which need not be proved any more.</summary>
    private sealed class SettledReads
    {
        private volatile ReplicationPosition? _seen;
        private long _behindBarrier;
        private volatile int _epoch;

        /// <summary>What those saw at most of which that is known.</summary>
        public ReplicationPosition? Seen
        {
            get => _seen;
            set => _seen = value;
        }

        /// <summary>How many the primary is proved to contain.</summary>
        public long BehindBarrier
        {
            get => Volatile.Read(ref _behindBarrier);
            set => Volatile.Write(ref _behindBarrier, value);
        }

        /// <summary>How many returned nothing; touched under the lock.</summary>
        public long WithoutResult { get; set; }

        /// <summary>How often reads were taken back or forgotten.</summary>
        public int Epoch
        {
            get => _epoch;
            set => _epoch = value;
        }
    }
}

/// <summary>Reads of a session on replicas that a server is known to contain.</summary>
/// <param name="Begun">How many had begun when it was asked what they saw.</param>
/// <param name="Open">How many connections they may be on that are open still: what runs on goes on seeing.</param>
internal readonly record struct ContainedReads(long Begun, int Open);
