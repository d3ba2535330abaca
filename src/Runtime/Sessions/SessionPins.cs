namespace MonotonicReads.Sessions;

/// <summary>
/// Where a session reads in each data source, and what it was told to have written there. A field of the session and no object of its own;
/// safe for concurrent use.
/// </summary>
internal struct SessionPins
{
    private SessionPin? _first;
    private List<ReplicationPosition>? _observed;
    private object? _lock;

    /// <summary>The last one made; the others follow by <see cref="SessionPin.Next"/>. Null before the first read.</summary>
    public SessionPin? First => Volatile.Read(ref _first);

    /// <summary>The pin in a data source; concurrent callers get one and the same.</summary>
    /// <param name="session">The session that this belongs to.</param>
    /// <param name="source">The data source.</param>
    public SessionPin In(ReadSession session, ISessionSource source)
    {
        if (Find(source) is { } known)
        {
            return known;
        }

        // Whoever finds the pin finds it told: who observes a write either comes before it is made, or finds it.
        lock (Lock())
        {
            return Find(source) ?? Create(session, source);
        }
    }

    /// <summary>Something was written where no data source saw it. Every read that starts after the call knows of it.</summary>
    /// <param name="session">The session that this belongs to.</param>
    /// <param name="source">The data source; null for every one.</param>
    /// <param name="position">The position that contains it.</param>
    public void Observe(ReadSession session, ISessionSource? source, ReplicationPosition position)
    {
        if (source is not null)
        {
            // Also where nothing is read there any more: a token has it.
            In(session, source).Require(position);
            return;
        }

        lock (Lock())
        {
            (_observed ??= []).Add(position);
            for (var pin = First; pin is not null; pin = pin.Next)
            {
                pin.Require(position);
            }
        }
    }

    /// <summary>Lets go of all that is kept for the session.</summary>
    public void End()
    {
        if (First is null)
        {
            return;
        }

        SessionPin? pin;
        lock (Lock())
        {
            pin = _first;
            Volatile.Write(ref _first, null);
        }

        for (; pin is not null; pin = pin.Next)
        {
            pin.Lease?.End();
        }
    }

    private SessionPin? Find(ISessionSource source)
    {
        var pin = First;
        while (pin is not null && !ReferenceEquals(pin.Source, source))
        {
            pin = pin.Next;
        }

        return pin;
    }

    private SessionPin Create(ReadSession session, ISessionSource source)
    {
        var pin = new SessionPin(session, source) { Next = _first };
        session.TellResumed(pin);
        _observed?.ForEach(pin.Require);

        Volatile.Write(ref _first, pin);
        return pin;
    }

    // An object of its own: callers have the session, and may lock it.
    private object Lock() =>
        Volatile.Read(ref _lock) ?? Interlocked.CompareExchange(ref _lock, new object(), null) ?? Volatile.Read(ref _lock)!;
}
