using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>What requests carry of their user's session, and how responses carry it on.</summary>
internal sealed class CarriedTokens(
    IOptions<RequestSessionOptions> options,
    SessionKeys keys,
    SessionStore store,
    DataSourceNames names,
    ILoggerFactory loggers
)
{
    // A browser sends one for each path that the application was under.
    private const int MostCookies = 8;

    private readonly RequestSessionOptions _options = options.Value;
    private readonly ILogger _logger = loggers.CreateLogger(RequestSessionLog.Category);
    private int _foreignNoted;
    private int _unansweredNoted;
    private int _expiredNoted;
    private int _annotationsNoted;

    public RequestSessionOptions Options => _options;

    public SessionKeys Keys => keys;

    public SessionStore Store => store;

    /// <summary>Whether anything takes a token to the user's next request.</summary>
    public bool CanCarry => _options.Cookie is not null || _options.UsesHeader;

    /// <summary>What a request carries.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Null for nothing, or for nothing that is taken.</returns>
    /// <exception cref="SessionTokenException">It is refused, and so the request is.</exception>
    public SessionToken? Of(HttpRequest request)
    {
        if (_options.UsesHeader && request.Headers[_options.HeaderName].ToString() is { Length: > 0 } header)
        {
            return Taken([(_options.HeaderName, header)], isCookie: false);
        }

        return Taken(CookiesOf(request), isCookie: true);
    }

    /// <summary>What the handshake of a connection carries; what is refused there was refused before, where it has to be.</summary>
    public SessionToken? OfHandshake(HttpRequest request)
    {
        try
        {
            return Of(request);
        }
        catch (SessionTokenException)
        {
            return null;
        }
    }

    /// <summary>Something new was seen in a session that has no response to carry it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="since">When its connection was made.</param>
    public void NoteWithoutResponse(Guid session, DateTimeOffset since)
    {
        if (_options.Cookie is null)
        {
            return;
        }

        if (!store.IsThere)
        {
            if (Interlocked.Exchange(ref _unansweredNoted, 1) == 0)
            {
                RequestSessionLog.HubCallReachesNoCookie(_logger, session);
            }
        }
        else if (keys.Tokens.TimeProvider.GetUtcNow() - since > keys.Tokens.Lifetime && Interlocked.Exchange(ref _expiredNoted, 1) == 0)
        {
            RequestSessionLog.ConnectionOutlivesCookie(_logger, session, keys.Tokens.Lifetime);
        }
    }

    /// <summary>Whether a position of another cluster is left alone.</summary>
    public bool IgnoresForeign => !_options.RefusesForeignPositions;

    /// <summary>What a session goes on from; null for nothing.</summary>
    public SessionCarried CarriedFrom(SessionToken? token) => new(token) { IgnoresForeign = IgnoresForeign };

    /// <summary>What another's answer says of a session, as far as it is taken.</summary>
    /// <exception cref="SessionTokenException">It is refused.</exception>
    public IEnumerable<SourceState> Told(string token) => Known(SessionToken.Unprotect(token, keys.Tokens));

    private IEnumerable<SourceState> Known(SessionToken token) =>
        token.Sources.Where(state => !_options.RefusesUnknownSources || names.Knows(state));

    /// <summary>What another's answer says of a session, as far as it is taken, and which session that is.</summary>
    /// <param name="token">The token; what is wrong with it is logged.</param>
    /// <param name="session">The session.</param>
    /// <returns>The answered session's UUID; null where nothing was taken.</returns>
    public Guid? TryTakeIn(string token, ReadSession session)
    {
        try
        {
            var answered = SessionToken.Unprotect(token, keys.Tokens);
            session.TakeIn(Known(answered));

            // Somebody used it, and may have renewed it.
            session.Carried.NoteTravel();
            return answered.SessionId;
        }
        catch (SessionTokenException exception)
        {
            RequestSessionLog.TokenRefused(_logger, exception.Message);
        }
        catch (Exception exception)
        {
            // The answer was good.
            RequestSessionLog.AnswerNotTaken(_logger, session.Id, exception);
        }

        return null;
    }

    /// <summary>An endpoint has annotations that were not there yet when its session began.</summary>
    public void NoteAnnotationsUnread(Endpoint endpoint)
    {
        if (Interlocked.Exchange(ref _annotationsNoted, 1) == 0)
        {
            RequestSessionLog.AnnotationsUnread(_logger, endpoint.DisplayName);
        }
    }

    /// <summary>The response never started, so that no token went with it.</summary>
    public void NoteNoResponse(Guid session) => RequestSessionLog.ResponseNeverStarted(_logger, session);

    /// <summary>Puts a token into a response, unless others may be given that response too.</summary>
    /// <param name="context">The request.</param>
    /// <param name="token">The token.</param>
    /// <param name="application">Where the application is on its host.</param>
    public void Carry(HttpContext context, string token, PathString application)
    {
        if (ResponseCaches.Keeping(context) is { } kept)
        {
            RequestSessionLog.ResponseIsCacheable(_logger, kept);
            return;
        }

        if (_options.UsesHeader)
        {
            context.Response.Headers[_options.HeaderName] = token;
        }

        // Who sent the header is a service, which has no use for a cookie, and whose clients may share one jar.
        if (
            _options.Cookie is { } cookie
            && !(_options.UsesHeader && context.Request.Headers.ContainsKey(_options.HeaderName))
            && !AnsweredToken.IsDeleted(context.Response, keys.CookieNames)
        )
        {
            var name = keys.CookieNames[0];
            var built = cookie.Build(context);
            built.MaxAge = keys.Tokens.Lifetime;

            // A browser takes a name with this prefix for the whole host alone (RFC 6265bis, section 4.1.3.2).
            built.Path =
                cookie.Path
                ?? (application.HasValue && !name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) ? application.Value : "/");
            context.Response.Cookies.Append(name, token, built);
        }
    }

    // What several cookies say is united: the application was under another path, or has a new key that not every instance knows.
    private SessionToken? Taken(IReadOnlyList<(string Name, string Token)> found, bool isCookie)
    {
        SessionToken? taken = null;
        SessionTokenException? refused = null;
        foreach (var (name, text) in found)
        {
            try
            {
                var token = SessionToken.Unprotect(text, keys.Tokens);
                names.Check(token);
                taken = taken?.Union(token) ?? token;
            }
            catch (SessionTokenException exception)
            {
                refused = exception;
                Note(exception, name, isCookie);
            }
        }

        return taken is null && refused is not null && _options.RefusesBadTokens ? throw refused : taken;
    }

    private void Note(SessionTokenException exception, string name, bool isCookie)
    {
        if (isCookie && exception.IsForeign && Interlocked.Exchange(ref _foreignNoted, 1) == 0)
        {
            RequestSessionLog.CookieIsForeign(_logger, name);
        }
        else
        {
            RequestSessionLog.TokenRefused(_logger, exception.Message);
        }
    }

    private IReadOnlyList<(string Name, string Token)> CookiesOf(HttpRequest request)
    {
        var known = keys.CookieNames;
        return known.Count == 0 || !CookieHeaderValue.TryParseList(request.Headers.Cookie, out var cookies)
            ? []
            :
            [
                .. cookies
                    .Where(cookie => cookie.Value.Length > 0 && known.Contains(cookie.Name.ToString()))
                    .Select(cookie => (cookie.Name.ToString(), cookie.Value.ToString()))
                    .Take(MostCookies),
            ];
    }
}
