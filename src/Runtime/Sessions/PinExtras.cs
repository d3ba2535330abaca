namespace MonotonicReads.Sessions;

/// <summary>
/// What few pins have: of a session that wrote, read on the primary, lost its replica, or came from elsewhere. One object, made when
/// something of it is needed first, and not taken away again.
/// </summary>
internal sealed class PinExtras
{
    private volatile PinLoss? _loss;

    /// <summary>What the session wrote and saw on the primary.</summary>
    public SessionWrites Writes;

    /// <summary>Its stay on the primary until a replica has that.</summary>
    public Fallback Fallback;

    /// <summary>What it brought along.</summary>
    public PinCarried Carried;

    /// <summary>How it lost its replica; null while it has not.</summary>
    public PinLoss? Loss
    {
        get => _loss;
        set => _loss = value;
    }

    public void ForgetLoss() => _loss = null;

    /// <summary>The one in a field; concurrent callers get one and the same.</summary>
    public static PinExtras In(ref PinExtras? field) =>
        Volatile.Read(ref field) ?? Interlocked.CompareExchange(ref field, new PinExtras(), null) ?? Volatile.Read(ref field)!;
}
