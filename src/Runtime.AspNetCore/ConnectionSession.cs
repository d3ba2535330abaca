using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// What the units of work of one connection hand to each other, in this process: the calls of a hub, the activities of a circuit. Each
/// has a session of its own with the connection's UUID; what it saw and wrote the next one's reads contain.
/// </summary>
internal sealed class ConnectionSession
{
    private readonly object _lock = new();
    private readonly CarriedTokens _tokens;
    private SessionToken _known;

    /// <param name="tokens">What is known of tokens.</param>
    /// <param name="first">What the connection's handshake carried; null for nothing.</param>
    public ConnectionSession(CarriedTokens tokens, SessionToken? first)
    {
        _tokens = tokens;

        // It lives as long as the connection.
        _known = (first ?? new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, [])) with
        {
            Expiry = DateTimeOffset.MaxValue,
        };
    }

    /// <summary>A session for things that happen between units of work; ends with the connection.</summary>
    public ReadSession? Between { get; set; }

    /// <summary>What the next unit of work goes on from.</summary>
    public async ValueTask<SessionCarried> NextAsync() =>
        _tokens.CarriedFrom(await _tokens.Store.WithKeptAsync(Known).ConfigureAwait(false) with { Expiry = DateTimeOffset.MaxValue });

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

    /// <summary>A unit of work is over, and its session ends.</summary>
    /// <param name="session">The session.</param>
    /// <param name="hasFailed">Whether somebody is told of another failure already.</param>
    public async ValueTask EndAsync(ReadSession session, bool hasFailed)
    {
        try
        {
            if (await SessionTravel.ChangedInAsync(session, _tokens.Keys.Tokens).ConfigureAwait(false) is { } changed)
            {
                lock (_lock)
                {
                    _known = _known.Union(changed) with { Expiry = DateTimeOffset.MaxValue };
                }

                await _tokens.Store.KeepAsync(changed).ConfigureAwait(false);
                _tokens.NoteWithoutResponse(session.Id);
            }
        }
        catch (InvalidOperationException exception) when (hasFailed)
        {
            _tokens.Store.NoteFailure(session.Id, exception);
        }
        finally
        {
            session.Dispose();
        }
    }
}
