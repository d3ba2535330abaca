using MonotonicReads.Observability;

namespace MonotonicReads.Sessions;

/// <summary>
/// Where a session reads in each data source, and what it was told to have written there. A field of the session and no object of its own;
/// safe for concurrent use.
/// </summary>
internal struct SessionPins
{
    private SessionPin? _first;

    // Callers have the session, and may lock it; what is done under this one asks nobody and is short.
    private SpinLock _lock;

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
        var isLocked = false;
        try
        {
            _lock.Enter(ref isLocked);
            return Find(source) ?? Create(session, source);
        }
        finally
        {
            Exit(isLocked);
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

        var isLocked = false;
        try
        {
            _lock.Enter(ref isLocked);
            (session.Extras.Observed ??= []).Add(position);
            for (var pin = First; pin is not null; pin = pin.Next)
            {
                pin.Require(position);
            }
        }
        finally
        {
            Exit(isLocked);
        }
    }

    /// <summary>The session is told of what was seen and written elsewhere. Every read that starts after the call contains it.</summary>
    /// <param name="session">The session that this belongs to.</param>
    /// <param name="states">What, for each data source.</param>
    public void TakeIn(ReadSession session, IEnumerable<SourceState> states)
    {
        var told = states.ToList();
        var isLocked = false;
        try
        {
            _lock.Enter(ref isLocked);
            session.Carried.Add(told);
            for (var pin = First; pin is not null; pin = pin.Next)
            {
                Tell(pin, told, First);
            }
        }
        finally
        {
            Exit(isLocked);
        }
    }

    /// <summary>Measures how much was read in each data source.</summary>
    /// <param name="level">The session's level.</param>
    public readonly void Record(ReadConsistency level)
    {
        for (var pin = _first; pin is not null; pin = pin.Next)
        {
            RoutingMetrics.RecordSession(pin.Source.Name.Name, level, pin.Counted);
        }
    }

    /// <summary>Lets go of all that is kept for the session.</summary>
    public void End()
    {
        if (First is null)
        {
            return;
        }

        var isLocked = false;
        try
        {
            _lock.Enter(ref isLocked);
            Volatile.Write(ref _first, null);
        }
        finally
        {
            Exit(isLocked);
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
        if (session.CarriedIfAny is { } carried)
        {
            Tell(pin, carried.States, _first);
        }

        session.ExtrasIfAny?.Observed?.ForEach(pin.Require);

        Volatile.Write(ref _first, pin);
        return pin;
    }

    // A state that may be of this data source is not, where it is another's of the session.
    private static void Tell(SessionPin pin, IReadOnlyList<SourceState> states, SessionPin? pins)
    {
        foreach (var state in states)
        {
            switch (pin.Source.Name.Match(state.Name))
            {
                case NameMatch.Same:
                    ThrowIfOtherOfThatName(pin, pins);
                    pin.Tell(state, NameMatch.Same);
                    break;
                case NameMatch.Perhaps when !IsOfAnother(state, pins):
                    pin.Tell(state, NameMatch.Perhaps);
                    break;
            }
        }
    }

    private static bool IsOfAnother(SourceState state, SessionPin? pins)
    {
        while (pins is not null && pins.Source.Name.Text != state.Name)
        {
            pins = pins.Next;
        }

        return pins is not null;
    }

    /// <summary>A token has one state for each name. Several data sources may have one where they lead to one cluster.</summary>
    /// <param name="pin">The pin in one of them.</param>
    /// <param name="pins">The first of the others.</param>
    /// <exception cref="InvalidOperationException">Two have the same, and their primaries are known to be two.</exception>
    public static void ThrowIfOtherOfThatName(SessionPin pin, SessionPin? pins)
    {
        for (var (source, other) = (pin.Source, pins); other is not null; other = other.Next)
        {
            if (
                other.Source.Name.Text == source.Name.Text
                && other.Source.Name.Primary != source.Name.Primary
                && other.Source.Primary.Met is { Count: > 0 } met
                && source.Primary.Met is { Count: > 0 } own
                && !met.Intersect(own).Any()
            )
            {
                throw new InvalidOperationException(
                    $"Two data sources have one name, and their primaries are two: {source.Name} and {other.Source.Name}. A session token "
                        + $"cannot tell their positions apart: give each a name of its own by UseName(...), or by Name in the options."
                );
            }
        }
    }

    private void Exit(bool isLocked)
    {
        if (isLocked)
        {
            _lock.Exit();
        }
    }
}
