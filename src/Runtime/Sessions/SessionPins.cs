namespace MonotonicReads.Sessions;

/// <summary>
/// Where a session reads in each data source, and what it was told to have written there. A field of the session and no object of its own;
/// safe for concurrent use.
/// </summary>
internal struct SessionPins
{
    private SessionPin? _first;
    private List<(ISessionSource? Source, ReplicationPosition Position)>? _observed;

    /// <summary>The last one made; the others follow by <see cref="SessionPin.Next"/>. Null before the first read.</summary>
    public SessionPin? First => Volatile.Read(ref _first);

    /// <summary>The pin in a data source; concurrent callers get one and the same.</summary>
    /// <param name="session">The session that this belongs to.</param>
    /// <param name="source">The data source.</param>
    public SessionPin In(ReadSession session, ISessionSource source)
    {
        var first = Volatile.Read(ref _first);
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
                created = new SessionPin(session, source);
                session.TellResumed(created);
            }

            created.Next = first;
            var seen = Interlocked.CompareExchange(ref _first, created, first);
            if (ReferenceEquals(seen, first))
            {
                TellObserved(session, created);
                return created;
            }

            first = seen;
        }
    }

    /// <summary>Something was written where no data source saw it.</summary>
    /// <param name="session">The session that this belongs to.</param>
    /// <param name="source">The data source; null for every one.</param>
    /// <param name="position">The position that contains it.</param>
    public void Observe(ReadSession session, ISessionSource? source, ReplicationPosition position)
    {
        lock (session)
        {
            (_observed ??= []).Add((source, position));
            for (var pin = Volatile.Read(ref _first); pin is not null; pin = pin.Next)
            {
                if (source is null || ReferenceEquals(source, pin.Source))
                {
                    pin.Require(position);
                }
            }
        }
    }

    /// <summary>Lets go of all that is kept for the session.</summary>
    public void End()
    {
        for (var pin = Interlocked.Exchange(ref _first, null); pin is not null; pin = pin.Next)
        {
            pin.Lease?.End();
        }
    }

    private readonly void TellObserved(ReadSession session, SessionPin pin)
    {
        lock (session)
        {
            foreach (var (source, position) in _observed ?? [])
            {
                if (source is null || ReferenceEquals(source, pin.Source))
                {
                    pin.Require(position);
                }
            }
        }
    }
}
