using MonotonicReads.Observability;

namespace MonotonicReads.Servers;

/// <summary>
/// The connections of one pool that sessions hold between two reads. Whoever would have to wait for a connection of it, or be given a new
/// one, gets the one that is idle for longest instead.
/// </summary>
internal sealed class HeldConnections
{
    private readonly object _lock = new();
    private readonly HeldList _idle = new();
    private readonly HeldList _read = new();
    private int _idleCount;
    private volatile bool _hasEnded;
    private volatile bool _isWatched;

    /// <summary>How many are idle.</summary>
    public int Idle => Volatile.Read(ref _idleCount);

    /// <summary>Whether somebody gives back those that are idle for too long.</summary>
    public bool IsWatched
    {
        get => _isWatched;
        set => _isWatched = value;
    }

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _idle.First is null && _read.First is null;
            }
        }
    }

    /// <summary>Holds one that nobody uses.</summary>
    /// <param name="held">The connection.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <returns>False where nothing is held any more.</returns>
    public bool TryKeep(HeldConnection held, long now)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return false;
            }

            held.Since = now;
            _idle.Add(held);
            _idleCount++;
            return true;
        }
    }

    /// <summary>Holds one that a reader is about to use, and nobody afterwards.</summary>
    /// <param name="held">The connection.</param>
    /// <returns>False where nothing is held any more.</returns>
    public bool TryAwait(HeldConnection held)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return false;
            }

            _read.Add(held);
            return true;
        }
    }

    /// <inheritdoc cref="HeldConnection.TryClaim"/>
    public bool TryClaim(HeldConnection held)
    {
        lock (_lock)
        {
            return TakeOut(held);
        }
    }

    /// <summary>Gives the one back that is idle for longest.</summary>
    /// <param name="hasToWait">Whether whoever needs it has to wait otherwise, so that it is looked for everywhere.</param>
    /// <returns>False where none is idle.</returns>
    public bool TryGiveBackOne(bool hasToWait)
    {
        if (Idle == 0 && !hasToWait)
        {
            return false;
        }

        HeldConnection? found;
        lock (_lock)
        {
            found = _idle.First ?? (hasToWait ? FirstThatWasRead() : null);
            if (found is null)
            {
                return false;
            }

            found.WasNeeded = true;
            TakeOut(found);
        }

        GiveBack(found);
        return true;
    }

    /// <summary>Gives those back that are idle for too long. One whose reader was closed meanwhile counts from now.</summary>
    /// <param name="latest">They are idle since that timestamp, or longer.</param>
    /// <param name="now">The clock's timestamp.</param>
    public void GiveBackIdle(long latest, long now)
    {
        List<HeldConnection>? found = null;
        lock (_lock)
        {
            while (_idle.First is { } first && first.Since <= latest)
            {
                TakeOut(first);
                (found ??= []).Add(first);
            }

            for (var held = _read.First; held is not null; )
            {
                var next = held.After;
                if (held.HasEndedReading && held.Since != 0 && held.Since <= latest)
                {
                    TakeOut(held);
                    (found ??= []).Add(held);
                }
                else if (held.HasEndedReading && held.Since == 0)
                {
                    held.Since = now;
                }

                held = next;
            }
        }

        found?.ForEach(GiveBack);
    }

    /// <summary>Gives back all that are idle.</summary>
    public void GiveBackAll()
    {
        while (TryGiveBackOne(hasToWait: true)) { }
    }

    /// <summary>Nothing is held from now on.</summary>
    public void End()
    {
        _hasEnded = true;
        GiveBackAll();
    }

    /// <summary>Gives one back that the caller has. In passing: by a timer, at the end of a session, for another's opening.</summary>
    public static void GiveBack(HeldConnection held)
    {
        try
        {
            held.Pooled.Connection.StateChange -= held.Listener;
            Synchronous.Result(held.Pooled.DisposeAsync(isAsync: false));
        }
        catch (Exception exception)
        {
            QuietLogger.Threw("The driver, when a kept connection was given back,", exception);
        }
    }

    private HeldConnection? FirstThatWasRead()
    {
        var held = _read.First;
        while (held is { HasEndedReading: false })
        {
            held = held.After;
        }

        return held;
    }

    private bool TakeOut(HeldConnection held)
    {
        if (held.List is not { } list)
        {
            return false;
        }

        _idleCount -= ReferenceEquals(list, _idle) ? 1 : 0;
        list.Remove(held);
        return true;
    }
}
