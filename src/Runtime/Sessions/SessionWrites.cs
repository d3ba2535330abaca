namespace MonotonicReads.Sessions;

/// <summary>
/// What a session wrote in a data source, and saw on its primary, that its causal reads must contain. A field of the session's pin, which
/// is
/// also the lock; safe for concurrent use.
/// </summary>
internal struct SessionWrites
{
    private ReplicationPosition? _required;
    private int _open;
    private bool _wereSeen;

    // Both counted, and not only flagged: what begins while the primary is being asked is not in its answer.
    private long _unknown;
    private long _asked;

    /// <summary>The position that contains what is known of it; null for nothing.</summary>
    public ReplicationPosition? Required => Volatile.Read(ref _required);

    /// <summary>How often something was written whose position is not known.</summary>
    public long Unknown => Volatile.Read(ref _unknown);

    /// <summary>Whether only the primary's position tells what was written, or something is about to be.</summary>
    public bool MustAskPrimary => Volatile.Read(ref _unknown) != Volatile.Read(ref _asked) || Volatile.Read(ref _open) > 0;

    /// <summary>Whether a causal handle has read on the primary, so that the reads of every other handle must contain them.</summary>
    public bool WereSeen => Volatile.Read(ref _wereSeen);

    /// <inheritdoc cref="WereSeen"/>
    public void See() => Volatile.Write(ref _wereSeen, true);

    /// <summary>A connection writes, or reads for a causal session, on the primary.</summary>
    public void Enter() => Interlocked.Increment(ref _open);

    /// <summary>It is closed.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="position">What it wrote and saw; null where only the primary can tell.</param>
    public void Leave(SessionPin pin, ReplicationPosition? position)
    {
        if (position is null)
        {
            Mark();
        }
        else
        {
            Require(pin, position);
        }

        Interlocked.Decrement(ref _open);
    }

    /// <summary>Something was written whose position is not known.</summary>
    public void Mark() => Interlocked.Increment(ref _unknown);

    /// <summary>The primary was asked. Until now everyone else who needed its answer had to ask too.</summary>
    /// <param name="pin">The lock.</param>
    /// <param name="begun"><see cref="Unknown"/> from before.</param>
    /// <param name="position">The answer.</param>
    public void EndToAsk(SessionPin pin, long begun, ReplicationPosition position)
    {
        lock (pin)
        {
            Require(pin, position);
            Volatile.Write(ref _asked, Math.Max(_asked, begun));
        }
    }

    /// <summary>From now on causal reads contain this position.</summary>
    public void Require(SessionPin pin, ReplicationPosition position)
    {
        lock (pin)
        {
            Volatile.Write(ref _required, _required?.Union(position) ?? position);
        }
    }
}
