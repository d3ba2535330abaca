using System.Data.Common;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// What the calls of one connection of a hub hand to each other, in this process. Each has a session of its own with the connection's
/// UUID; what it saw and wrote the next one's reads contain, also while it runs on, as a stream does.
/// </summary>
internal sealed class ConnectionSession
{
    private readonly object _lock = new();
    private readonly CarriedTokens _tokens;
    private readonly DateTimeOffset _since;
    private readonly List<Unit> _running = [];
    private SessionToken _known;
    private CircuitSession? _between;

    /// <param name="tokens">What is known of tokens.</param>
    /// <param name="first">What the connection's handshake carried; null for nothing.</param>
    /// <param name="id">The session of the handshake's own request; null for none.</param>
    public ConnectionSession(CarriedTokens tokens, SessionToken? first, Guid? id)
    {
        _tokens = tokens;
        _since = tokens.Keys.Tokens.TimeProvider.GetUtcNow();
        _known = ForGood(first ?? new SessionToken(id ?? Guid.NewGuid(), ReadConsistency.Monotonic, []));
    }

    /// <summary>A session for what a circuit does; the circuit's own once there is one, and ends with the connection otherwise.</summary>
    public CircuitSession? Between
    {
        get => _between?.Instead ?? _between;
        set
        {
            Close();
            _between = value;
        }
    }

    /// <summary>What is known now.</summary>
    public SessionToken Known
    {
        get
        {
            lock (_lock)
            {
                return _known;
            }
        }
    }

    /// <summary>What the next unit of work goes on from, with what those that still run have seen and written by now.</summary>
    public async ValueTask<Start> NextAsync()
    {
        Unit[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        foreach (var unit in running)
        {
            if (await SessionTravel.CarriedByAsync(unit.Session, isAsync: true, CancellationToken.None).ConfigureAwait(false) is { } now)
            {
                // What it came with is known here, and may be known better by now.
                List<SourceState> news = [.. now.Sources.Where(state => !unit.From.Sources.Contains(state))];
                if (news.Count > 0)
                {
                    Learn(from: null, now with { Sources = news });
                }
            }
        }

        var known = Known;
        return new(_tokens.CarriedFrom(ForGood(await _tokens.Store.WithKeptAsync(known).ConfigureAwait(false))), known);
    }

    /// <summary>Begins the session of a unit of work, and enters it.</summary>
    public ReadSession Begin(in Start start, in WantedSession wanted)
    {
        var session = SessionOpening.Resume(start.Carried, wanted.Level, wanted.Policies);
        lock (_lock)
        {
            _running.Add(new Unit(session, start.Known));
        }

        return session;
    }

    /// <summary>A unit of work is over, and its session ends. Ending it twice does nothing.</summary>
    /// <param name="session">The session.</param>
    /// <param name="hasFailed">Whether somebody is told of another failure already.</param>
    public async ValueTask EndAsync(ReadSession session, bool hasFailed)
    {
        Unit? unit;
        lock (_lock)
        {
            unit = _running.Find(running => ReferenceEquals(running.Session, session) && !running.IsEnding);
            if (unit is null)
            {
                return;
            }

            unit.IsEnding = true;
        }

        // What comes from now on is in nothing that the next one goes on from.
        session.Carried.End();
        try
        {
            if (await SessionTravel.ChangedInAsync(session, _tokens.Keys.Tokens).ConfigureAwait(false) is { } changed)
            {
                Learn(unit.From, changed);
                await _tokens.Store.KeepAsync(changed, session.Carried.Token).ConfigureAwait(false);
                _tokens.NoteWithoutResponse(session.Id, _since);
            }
            else if (session.Carried.Token is { } token)
            {
                // With what a store had, which may have lost it by the next time.
                Learn(unit.From, token);
            }
        }
        catch (Exception exception) when (hasFailed && exception is InvalidOperationException or DbException)
        {
            _tokens.Store.NoteFailure(session.Id, exception);
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(unit);
            }

            session.Dispose();
        }
    }

    /// <summary>The connection is over. What still runs of it ends by itself: what it writes until then is stored.</summary>
    public void Close()
    {
        if (_between is { IsTaken: false } between)
        {
            between.End();
        }
    }

    // Who contains all that is known replaces it: a mark that only the primary will do goes when a position is known.
    private void Learn(SessionToken? from, SessionToken news)
    {
        lock (_lock)
        {
            _known = ForGood(ReferenceEquals(_known, from) ? news : _known.Union(news));
        }
    }

    // It lives as long as the connection.
    private static SessionToken ForGood(SessionToken token) => token with { Expiry = DateTimeOffset.MaxValue };

    /// <summary>What a unit of work goes on from.</summary>
    /// <param name="Carried">For its session.</param>
    /// <param name="Known">What the connection knew.</param>
    internal readonly record struct Start(SessionCarried Carried, SessionToken Known);

    private sealed class Unit(ReadSession session, SessionToken from)
    {
        public ReadSession Session => session;

        public SessionToken From => from;

        public bool IsEnding { get; set; }
    }
}
