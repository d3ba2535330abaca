using System.Runtime.CompilerServices;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// The session of a circuit of Blazor Server, for as long as there is the circuit. What a browser asks of one is not over when the
/// framework says so: a component's handler that waits for anything runs on, and others run beside it.
/// </summary>
internal sealed class CircuitSession
{
    private readonly object _lock = new();
    private readonly CarriedTokens _tokens;
    private readonly DateTimeOffset _since;
    private SessionToken? _stored;
    private Task? _asked;
    private Task _keeping = Task.CompletedTask;
    private bool _keepsSoon;

    public CircuitSession(CarriedTokens tokens, WantedSession wanted, SessionToken? first)
    {
        _tokens = tokens;
        _since = tokens.Keys.Tokens.TimeProvider.GetUtcNow();
        first ??= new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, []);
        var carried = new SessionCarried(first with { Expiry = DateTimeOffset.MaxValue })
        {
            IgnoresForeign = tokens.IgnoresForeign,
            Ahead = tokens.Store.IsThere ? AskedAsync : null,
            Behind = tokens.Store.IsThere ? KeptAsync : null,
        };
        Session = SessionOpening.Apart(carried, wanted.Level, wanted.Policies, returnsFromPrimary: true);
    }

    /// <summary>What runs of the circuit runs in it.</summary>
    public ReadSession Session { get; }

    /// <summary>Whether there is a circuit that ends it.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>The circuit's own, where this one was begun for a connection that came back to one; null otherwise.</summary>
    public CircuitSession? Instead { get; private set; }

    public CircuitSession Take()
    {
        IsTaken = true;
        return this;
    }

    /// <summary>The connection that this was begun for belongs to a circuit which has one already.</summary>
    public void GiveWayTo(CircuitSession own)
    {
        own.Session.TakeIn(Session.Carried.States);
        Instead = own;
    }

    /// <summary>The browser asks for something. Nobody waits for a store before that begins: the framework counts on the order of events.
    /// The next connection that opens does.</summary>
    public void BeginActivity()
    {
        lock (_lock)
        {
            _asked = null;
        }

        Session.Moments?.Renew();
    }

    /// <summary>Says once where nothing carries what is seen here to the browser's requests.</summary>
    public void NoteWithoutResponse()
    {
        if (Session.HasBeenUsed)
        {
            _tokens.NoteWithoutResponse(Session.Id, _since);
        }
    }

    /// <summary>The circuit is closed.</summary>
    public async Task EndAsync()
    {
        Session.Carried.End();
        NoteWithoutResponse();
        if (_tokens.Store.IsThere)
        {
            await KeptAsync(isWrite: true).ConfigureAwait(false);
        }

        End();
    }

    /// <summary>What still runs of it is outside a session from now on.</summary>
    public void End()
    {
        Session.Carried.End();
        Session.Dispose();
    }

    private Task AskedAsync()
    {
        lock (_lock)
        {
            // Away from the circuit's own context, which a synchronous caller keeps while it waits.
            return _asked ??= Task.Run(TakeInKeptAsync);
        }
    }

    private async Task TakeInKeptAsync()
    {
        var kept = await _tokens.Store.WithKeptAsync(new SessionToken(Session.Id, ReadConsistency.Monotonic, [])).ConfigureAwait(false);
        lock (_lock)
        {
            if (kept.Kept == _stored?.Kept)
            {
                return;
            }
        }

        // Whoever finds it stored finds it taken in.
        Session.TakeIn(kept.Sources);
        lock (_lock)
        {
            _stored = kept;
        }
    }

    // A write is stored before its connection counts as closed, so that the browser's next request sees it; what was read is stored soon.
    // Who closes synchronously waits for nothing, and whoever closes asynchronously next waits for that too, as Dapper's callers do.
    private Task KeptAsync(bool isWrite)
    {
        lock (_lock)
        {
            if (isWrite)
            {
                var kept = Task.Run(KeepAsync);
                _keeping = _keeping.IsCompleted ? kept : Task.WhenAll(_keeping, kept);
            }
            else if (!_keepsSoon)
            {
                _keepsSoon = true;
                _ = Task.Run(KeepSoonAsync);
            }

            return _keeping;
        }
    }

    private Task KeepSoonAsync()
    {
        lock (_lock)
        {
            _keepsSoon = false;
        }

        return KeepAsync();
    }

    private async Task KeepAsync()
    {
        try
        {
            // First, so that what follows contains it; an older session does not.
            SessionToken? from;
            lock (_lock)
            {
                from = _stored;
            }

            var now = await SessionTravel.CarriedByAsync(Session, isAsync: true, CancellationToken.None).ConfigureAwait(false);
            if (now is not null)
            {
                var stored = await _tokens.Store.KeepAsync(now, from).ConfigureAwait(false);
                lock (_lock)
                {
                    _stored = ReferenceEquals(_stored, from) && stored.Sources.SequenceEqual(now.Sources) ? stored : _stored;
                }
            }
        }
        catch (Exception exception)
        {
            // Whoever closes a connection has nothing to do with it.
            _tokens.Store.NoteFailure(Session.Id, exception);
        }
    }
}

/// <summary>Finds the session of a circuit's connection again, in the flow of a call of the hub.</summary>
internal sealed class CircuitSessions(CarriedTokens tokens)
{
    private readonly ConditionalWeakTable<ReadSession, CircuitSession> _known = [];

    /// <summary>Begins one for a connection; null where there shall be none.</summary>
    public CircuitSession? Begin(SessionToken? first)
    {
        var wanted = WantedSession.Of([], tokens.Options);
        if (wanted.Level == ReadConsistency.Eventual)
        {
            return null;
        }

        var session = new CircuitSession(tokens, wanted, first);
        _known.Add(session.Session, session);
        return session;
    }

    /// <summary>A circuit is made: the session of its connection is its own from now on, or one that goes on from the running
    /// one.</summary>
    public CircuitSession? Take()
    {
        var running = AmbientSession.Live?.Root;
        return running is not null && _known.TryGetValue(running, out var session) && !session.IsTaken
            ? session.Take()
            : Begin(running?.CarriedIfAny?.Token)?.Take();
    }

    /// <summary>A connection came to a circuit: what is called over it runs in the circuit's session from now on.</summary>
    public void Connect(CircuitSession own)
    {
        if (
            AmbientSession.Live?.Root is { } running
            && _known.TryGetValue(running, out var session)
            && session is { IsTaken: false, Instead: null }
        )
        {
            session.GiveWayTo(own);
        }
    }
}
