using System.Data.Common;
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
    private Task? _asked;
    private SessionToken? _stored;
    private int _isKeeping;

    public CircuitSession(CarriedTokens tokens, WantedSession wanted, SessionToken? first)
    {
        _tokens = tokens;
        _since = tokens.Keys.Tokens.TimeProvider.GetUtcNow();
        first ??= new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, []);
        var carried = new SessionCarried(first with { Expiry = DateTimeOffset.MaxValue })
        {
            IgnoresForeign = tokens.IgnoresForeign,
            Ahead = tokens.Store.IsThere ? AskedAsync : null,
            Behind = LearnedAsync,
        };
        Session = SessionOpening.Apart(carried, wanted.Level, wanted.Policies);
    }

    public ReadSession Session { get; }

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
            _asked = null;
        }
    }

    /// <summary>The circuit is closed.</summary>
    public async Task EndAsync()
    {
        Session.Carried.End();
        if (_tokens.Store.IsThere)
        {
            await KeepAsync().ConfigureAwait(false);
        }

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
    private Task LearnedAsync(bool hasUsedPrimary)
    {
        if (!_tokens.Store.IsThere)
        {
            _tokens.NoteWithoutResponse(Session.Id, _since);
            return Task.CompletedTask;
        }

        if (hasUsedPrimary)
        {
            return KeepAsync();
        }

        if (Interlocked.Exchange(ref _isKeeping, 1) == 0)
        {
            _ = KeepSoonAsync();
        }

        return Task.CompletedTask;
    }

    private async Task KeepSoonAsync()
    {
        await Task.Yield();
        Volatile.Write(ref _isKeeping, 0);
        await KeepAsync().ConfigureAwait(false);
    }

    private async Task KeepAsync()
    {
        try
        {
            // First, so that what follows contains it.
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

                _tokens.NoteWithoutResponse(Session.Id, _since);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or DbException)
        {
            _tokens.Store.NoteFailure(Session.Id, exception);
        }
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
