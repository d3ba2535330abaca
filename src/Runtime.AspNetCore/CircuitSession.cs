using System.Data.Common;
using System.Runtime.CompilerServices;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// The session of a circuit of Blazor Server, for as long as there is the circuit. What a browser asks of one is not over when the
/// framework says so: a component's handler that waits for anything runs on, and others run beside it.
/// </summary>
/// <remarks>
/// A session that reads on the primary stays there. So that a circuit does not, an activity that finds it there begins another session of
/// the same UUID, and each asks the others what they saw and wrote, as long as anything can be new in
/// them.
/// </remarks>
internal sealed class CircuitSession
{
    private readonly object _lock = new();
    private readonly CarriedTokens _tokens;
    private readonly WantedSession _wanted;
    private readonly DateTimeOffset _since;
    private readonly List<Unit> _others = [];
    private readonly List<WeakReference<ReadSession>> _all = [];
    private Unit _current;
    private SessionToken? _stored;
    private int _isKeeping;

    public CircuitSession(CarriedTokens tokens, WantedSession wanted, SessionToken? first)
    {
        _tokens = tokens;
        _wanted = wanted;
        _since = tokens.Keys.Tokens.TimeProvider.GetUtcNow();
        _current = NewUnit(first ?? new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, []));
    }

    /// <summary>What runs from now on runs in it.</summary>
    public ReadSession Session => Volatile.Read(ref _current).Session;

    /// <summary>Whether there is a circuit that ends it.</summary>
    public bool IsTaken { get; private set; }

    public CircuitSession Take()
    {
        IsTaken = true;
        return this;
    }

    /// <summary>The browser asks for something. Nobody waits for a store before that begins: the framework counts on the order of events.
    /// The next connection that opens does.</summary>
    public void BeginActivity()
    {
        lock (_lock)
        {
            _current.Asked = null;
            if (SessionTravel.StaysOnPrimary(_current.Session))
            {
                _others.Add(_current);
                Volatile.Write(ref _current, NewUnit(new SessionToken(_current.Session.Id, ReadConsistency.Monotonic, [])));
            }
        }
    }

    /// <summary>The circuit is closed.</summary>
    public async Task EndAsync()
    {
        Session.Carried.End();
        if (_tokens.Store.IsThere)
        {
            await KeepAsync(Volatile.Read(ref _current)).ConfigureAwait(false);
        }

        End();
    }

    /// <summary>What still runs of it is outside a session from now on.</summary>
    public void End()
    {
        lock (_lock)
        {
            foreach (var known in _all)
            {
                if (known.TryGetTarget(out var session))
                {
                    session.Carried.End();
                    session.Dispose();
                }
            }
        }
    }

    private Unit NewUnit(SessionToken first)
    {
        var unit = new Unit();
        var carried = new SessionCarried(first with { Expiry = DateTimeOffset.MaxValue })
        {
            IgnoresForeign = _tokens.IgnoresForeign,
            Ahead = () => OpeningAsync(unit),
            Behind = hasUsedPrimary => ClosedAsync(unit, hasUsedPrimary),
        };
        unit.Session = SessionOpening.Apart(carried, _wanted.Level, _wanted.Policies);
        _all.RemoveAll(known => !known.TryGetTarget(out _));
        _all.Add(new(unit.Session));
        return unit;
    }

    private Task OpeningAsync(Unit unit)
    {
        lock (_lock)
        {
            unit.Opened++;
            NoteNews(unit);
            var isCurrent = ReferenceEquals(unit, _current);
            if (isCurrent && _others.Count == 0 && !_tokens.Store.IsThere)
            {
                return Task.CompletedTask;
            }

            // Away from the circuit's own context, which a synchronous caller keeps while it waits.
            return unit.Asked ??= Task.Run(() => TakeInAsync(unit));
        }
    }

    // Something may be new in it, for every other one.
    private void NoteNews(Unit unit)
    {
        if (!ReferenceEquals(unit, _current))
        {
            _current.Asked = null;
            if (!_others.Contains(unit))
            {
                _others.Add(unit);
            }
        }

        foreach (var other in _others)
        {
            other.Asked = ReferenceEquals(other, unit) ? other.Asked : null;
        }
    }

    private async Task TakeInAsync(Unit unit)
    {
        bool isCurrent;
        (Unit Unit, long Opened)[] others;
        lock (_lock)
        {
            isCurrent = ReferenceEquals(unit, _current);
            others = [.. _others.Append(_current).Where(other => !ReferenceEquals(other, unit)).Select(other => (other, other.Opened))];
        }

        foreach (var (other, opened) in others)
        {
            if (await SessionTravel.CarriedByAsync(other.Session, isAsync: true, CancellationToken.None).ConfigureAwait(false) is { } told)
            {
                unit.Session.TakeIn(told.Sources);
            }

            // What the current one knows every other one learns.
            lock (_lock)
            {
                if (isCurrent && ReferenceEquals(unit, _current) && other.Opened == opened && other.Closed >= opened)
                {
                    _others.Remove(other);
                }
            }
        }

        if (isCurrent && _tokens.Store.IsThere)
        {
            await TakeInKeptAsync(unit.Session).ConfigureAwait(false);
        }
    }

    private async Task TakeInKeptAsync(ReadSession session)
    {
        var kept = await _tokens.Store.WithKeptAsync(new SessionToken(session.Id, ReadConsistency.Monotonic, [])).ConfigureAwait(false);
        lock (_lock)
        {
            if (kept.Kept == _stored?.Kept)
            {
                return;
            }
        }

        // Whoever finds it stored finds it taken in.
        session.TakeIn(kept.Sources);
        lock (_lock)
        {
            _stored = kept;
        }
    }

    // A write is stored before its connection counts as closed, so that the browser's next request sees it; what was read is stored soon.
    private Task ClosedAsync(Unit unit, bool hasUsedPrimary)
    {
        lock (_lock)
        {
            unit.Closed++;
            NoteNews(unit);
        }

        if (!_tokens.Store.IsThere)
        {
            _tokens.NoteWithoutResponse(unit.Session.Id, _since);
            return Task.CompletedTask;
        }

        if (hasUsedPrimary)
        {
            return KeepAsync(unit);
        }

        if (Interlocked.Exchange(ref _isKeeping, 1) == 0)
        {
            _ = KeepSoonAsync(unit);
        }

        return Task.CompletedTask;
    }

    private async Task KeepSoonAsync(Unit unit)
    {
        await Task.Yield();
        Volatile.Write(ref _isKeeping, 0);
        await KeepAsync(unit).ConfigureAwait(false);
    }

    private async Task KeepAsync(Unit unit)
    {
        try
        {
            // First, so that what follows contains it; an older session does not.
            SessionToken? from;
            lock (_lock)
            {
                from = ReferenceEquals(unit, _current) ? _stored : null;
            }

            var now = await SessionTravel.CarriedByAsync(unit.Session, isAsync: true, CancellationToken.None).ConfigureAwait(false);
            if (now is not null)
            {
                var stored = await _tokens.Store.KeepAsync(now, from).ConfigureAwait(false);
                lock (_lock)
                {
                    var isAll = ReferenceEquals(unit, _current) && ReferenceEquals(_stored, from);
                    _stored = isAll && stored.Sources.SequenceEqual(now.Sources) ? stored : _stored;
                }

                _tokens.NoteWithoutResponse(unit.Session.Id, _since);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or DbException)
        {
            _tokens.Store.NoteFailure(unit.Session.Id, exception);
        }
    }

    /// <summary>One of the circuit's sessions.</summary>
    private sealed class Unit
    {
        public ReadSession Session { get; set; } = null!;

        /// <summary>Asks the others what is new; null where something may have become so.</summary>
        public Task? Asked { get; set; }

        /// <summary>How many connections it began to open.</summary>
        public long Opened { get; set; }

        /// <summary>How many of them were closed.</summary>
        public long Closed { get; set; }
    }
}

/// <summary>Finds the session of a circuit's connection again, in the flow that makes the circuit.</summary>
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
}
