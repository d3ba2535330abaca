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
    public void NoteWithoutResponse(Guid session)
    {
        if (!store.IsThere && _options.Cookie is not null && Interlocked.Exchange(ref _unansweredNoted, 1) == 0)
        {
            RequestSessionLog.HubCallReachesNoCookie(_logger, session);
        }
    }

    /// <summary>What a session goes on from.</summary>
    public SessionCarried CarriedFrom(SessionToken token) => new(token) { IgnoresForeign = !_options.RefusesForeignPositions };

    /// <summary>Puts a token into a response, unless others may be given that response too.</summary>
    public void Carry(HttpContext context, string token)
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

        if (_options.Cookie is { } cookie)
        {
            var built = cookie.Build(context);
            built.MaxAge = keys.Tokens.Lifetime;
            built.Path = cookie.Path ?? (context.Request.PathBase.HasValue ? context.Request.PathBase.Value : "/");
            context.Response.Cookies.Append(keys.CookieNames[0], token, built);
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
