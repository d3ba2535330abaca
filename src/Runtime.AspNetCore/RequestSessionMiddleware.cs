using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MonotonicReads.AspNetCore;

/// <summary>Gives a request its session, resumed from what the user's last response carried, and lets the response carry it on.</summary>
internal sealed class RequestSessionMiddleware
{
    private readonly RequestDelegate _next;
    private readonly RequestSessionOptions _options;
    private readonly SessionTokenOptions _tokens;
    private readonly ISessionPositionStore? _store;
    private readonly ILogger _logger;

    public RequestSessionMiddleware(RequestDelegate next, IServiceProvider services, ILoggerFactory loggers)
    {
        _next = next;
        _options = services.GetRequiredService<IOptions<RequestSessionOptions>>().Value;
        _tokens = _options.Tokens ?? new SessionTokenOptions
        {
            Protector = new DataProtectionTokenProtector(services.GetService<IDataProtectionProvider>()
                ?? throw new InvalidOperationException("UseReadSessions() needs keys for its tokens: call services.AddReadSessions() or services.AddDataProtection().")),
        };
        _store = services.GetService<ISessionPositionStore>();
        _logger = loggers.CreateLogger(RequestSessionLog.Category);
    }

    public Task InvokeAsync(HttpContext context)
    {
        var level = LevelOf(context.GetEndpoint());
        return level == ReadConsistency.Eventual ? _next(context) : InSessionAsync(context, level);
    }

    private async Task InSessionAsync(HttpContext context, ReadConsistency level)
    {
        ReadSession session;
        try
        {
            var carried = TokenOf(context.Request) is { } token ? SessionToken.Unprotect(token, _tokens) : null;
            if (carried is not null && _store is not null)
            {
                carried = await WithStoredAsync(carried, context.RequestAborted).ConfigureAwait(false);
            }

            // Begun here and nowhere deeper: what an asynchronous method sets does not flow to its caller.
            session = carried is null ? ReadSession.Begin(level, Policies) : ReadSession.Resume(carried, level, Policies);
        }
        catch (SessionTokenException exception)
        {
            RequestSessionLog.TokenRefused(_logger, exception.Message);
            if (_options.RefusesBadTokens)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync(exception.Message, context.RequestAborted).ConfigureAwait(false);
                return;
            }

            session = ReadSession.Begin(level, Policies);
        }

        using (session)
        {
            var isCarried = false;
            context.Response.OnStarting(CarryOnceAsync);
            await _next(context).ConfigureAwait(false);
            await CarryOnceAsync().ConfigureAwait(false);

            // The response of an endpoint that wrote nothing starts only after the session has ended.
            Task CarryOnceAsync()
            {
                if (isCarried || context.Response.HasStarted)
                {
                    return Task.CompletedTask;
                }

                isCarried = true;
                return CarryAsync(context, session);
            }
        }
    }

    private ReadSessionOptions Policies => new() { MaxWaitMilliseconds = _options.MaxWaitMilliseconds };

    private async Task CarryAsync(HttpContext context, ReadSession session)
    {
        if (_options.Cookie is null && !_options.UsesHeader)
        {
            return;
        }

        if (await session.ToTokenIfChangedAsync(_tokens, context.RequestAborted).ConfigureAwait(false) is not { } token)
        {
            return;
        }

        if (_store is not null)
        {
            token = await StoreAsync(session, token, context.RequestAborted).ConfigureAwait(false);
        }

        if (CacheableAs(context.Response) is { } cacheControl)
        {
            RequestSessionLog.ResponseIsCacheable(_logger, cacheControl);
            return;
        }

        if (_options.UsesHeader)
        {
            context.Response.Headers[_options.HeaderName] = token;
        }

        if (_options.Cookie is { } cookie)
        {
            var built = cookie.Build(context);
            built.MaxAge = _tokens.Lifetime;
            context.Response.Cookies.Append(cookie.Name ?? "mr-session", token, built);
        }
    }

    private async ValueTask<SessionToken> WithStoredAsync(SessionToken carried, CancellationToken cancellationToken)
    {
        try
        {
            return await _store!.GetAsync(carried.SessionId, cancellationToken).ConfigureAwait(false) is { } kept ? Union(carried, kept) : carried;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            RequestSessionLog.StoreFailed(_logger, carried.SessionId, exception);
            return carried;
        }
    }

    private async ValueTask<string> StoreAsync(ReadSession session, string token, CancellationToken cancellationToken)
    {
        try
        {
            var own = SessionToken.Unprotect(token, _tokens);
            return await _store!.MergeAsync(session.Id, kept => kept is null ? token : Union(own, kept).Protect(_tokens), _tokens.Lifetime, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            RequestSessionLog.StoreFailed(_logger, session.Id, exception);
            return token;
        }
    }

    // What has expired or is of another version is of no use; what somebody else wrote there is not trusted.
    private SessionToken Union(SessionToken own, string kept)
    {
        try
        {
            return SessionToken.Unprotect(kept, _tokens) is { } other && other.SessionId == own.SessionId ? own.Union(other) : own;
        }
        catch (SessionTokenException exception)
        {
            RequestSessionLog.TokenRefused(_logger, exception.Message);
            return own;
        }
    }

    private string? TokenOf(HttpRequest request) =>
        _options.UsesHeader && request.Headers[_options.HeaderName].ToString() is { Length: > 0 } header ? header
        : _options.Cookie is { Name: { } name } && request.Cookies.TryGetValue(name, out var cookie) && cookie.Length > 0 ? cookie
        : null;

    private ReadConsistency LevelOf(Endpoint? endpoint)
    {
        // The nearest annotation is the last one.
        for (var i = (endpoint?.Metadata.Count ?? 0) - 1; i >= 0; i--)
        {
            switch (endpoint!.Metadata[i])
            {
                case MonotonicAttribute:
                    return ReadConsistency.Monotonic;
                case CausalAttribute:
                    return ReadConsistency.Causal;
                case PrimaryAttribute:
                    return ReadConsistency.Primary;
                case EventualAttribute:
                    return ReadConsistency.Eventual;
            }
        }

        return _options.Level;
    }

    // A cookie in a shared cache would give one user's session to others.
    private static string? CacheableAs(HttpResponse response)
    {
        var control = response.GetTypedHeaders().CacheControl;
        return control is { NoStore: false, NoCache: false, Private: false } && (control.Public || control.MaxAge > TimeSpan.Zero || control.SharedMaxAge > TimeSpan.Zero)
            ? control.ToString()
            : null;
    }
}
