using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// The reads of a session on replicas: how many, what they saw at most, and whether the primary is proved to contain it. A field of the
/// session's pin; changed under its lock and read without.
/// </summary>
internal struct ReplicaReads
{
    private RoutedServer? _last;
    private ReplicationPosition? _seen;
    private bool _lacksSeen;
    private int _lastIncarnation;
    private int _open;

    // Both counted, and not only flagged: what begins while a server is being asked is not in its answer.
    private long _count;
    private long _behindBarrier;

    /// <summary>The replica of the last one; null where there is none, or none that need be remembered.</summary>
    public readonly RoutedServer? Last => Volatile.Read(in _last);

    /// <summary>The run of <see cref="Last"/>.</summary>
    public readonly int LastIncarnation => Volatile.Read(in _lastIncarnation);

    /// <summary>What they saw at most; null where that is not known for all of them.</summary>
    public readonly ReplicationPosition? Seen =>
        Volatile.Read(in _lacksSeen) || Volatile.Read(in _open) > 0 ? null : Volatile.Read(in _seen);

    /// <summary>How many have begun.</summary>
    public readonly long Count => Volatile.Read(in _count);

    /// <summary>Whether there are some that the primary is not proved to contain.</summary>
    public readonly bool NeedBarrier => Volatile.Read(in _count) != Volatile.Read(in _behindBarrier);

    /// <summary>What was read elsewhere counts as one. Under the lock, or before anyone else has the pin.</summary>
    public void Resume() => Volatile.Write(ref _count, _count + 1);

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
    /// <param name="seen">What they saw; null where that is not known.</param>
    public void End(ReplicationPosition? seen)
    {
        if (seen is null)
        {
            Volatile.Write(ref _lacksSeen, true);
        }
        else
        {
            Volatile.Write(ref _seen, _seen?.Union(seen) ?? seen);
        }

        EndUnread();
    }

    /// <summary>The connection of some that were not executed is closed.</summary>
    public void EndUnread() => Volatile.Write(ref _open, _open - 1);

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
            Volatile.Write(ref _behindBarrier, Math.Max(_behindBarrier, covered));
        }
    }

    /// <summary>The only one was not executed.</summary>
    public void TakeBack()
    {
        Volatile.Write(ref _last, null);
        Volatile.Write(ref _count, _count - 1);
    }

    /// <summary>Nobody needs to contain them any more.</summary>
    public void Forget()
    {
        Volatile.Write(ref _behindBarrier, _count);
        Volatile.Write(ref _last, null);
        Volatile.Write(ref _seen, null);
        Volatile.Write(ref _lacksSeen, false);
    }
}
