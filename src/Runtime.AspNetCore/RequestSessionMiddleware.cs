using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MonotonicReads.Sessions;

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
        _tokens =
            _options.Tokens
            ?? new SessionTokenOptions
            {
                Protector = new DataProtectionTokenProtector(
                    services.GetService<IDataProtectionProvider>()
                        ?? throw new InvalidOperationException(
                            "UseReadSessions() needs keys for its tokens: call services.AddReadSessions() or services.AddDataProtection()."
                        )
                ),
            };
        _store = services.GetService<ISessionPositionStore>();
        _logger = loggers.CreateLogger(RequestSessionLog.Category);
    }

    public Task InvokeAsync(HttpContext context)
    {
        var (level, policies) = WantedBy(context.GetEndpoint());
        return level == ReadConsistency.Eventual ? _next(context) : InSessionAsync(context, level, policies);
    }

    private async Task InSessionAsync(HttpContext context, ReadConsistency level, ReadSessionOptions policies)
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
            session = carried is null ? ReadSession.Begin(level, policies) : SessionOpening.Resume(carried, level, policies);
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

            session = ReadSession.Begin(level, policies);
        }

        using (session)
        {
            Task<string?>? token = null;
            context.Response.OnStarting(CarryAsync);
            try
            {
                await _next(context).ConfigureAwait(false);
            }
            catch when (!context.Response.HasStarted)
            {
                // Whoever answers for the failure does so when the session has ended, and what the request wrote may be there.
                await (token ??= TokenAsync(context, session)).ConfigureAwait(false);
                throw;
            }

            // So does the response of an endpoint that wrote nothing.
            if (!context.Response.HasStarted)
            {
                await (token ??= TokenAsync(context, session)).ConfigureAwait(false);
            }

            async Task CarryAsync() => Carry(context, await (token ??= TokenAsync(context, session)).ConfigureAwait(false));
        }
    }

    private async Task<string?> TokenAsync(HttpContext context, ReadSession session)
    {
        if (_options.Cookie is null && !_options.UsesHeader)
        {
            return null;
        }

        var token = await session.ToTokenIfChangedAsync(_tokens, context.RequestAborted).ConfigureAwait(false);
        return token is null || _store is null ? token : await StoreAsync(session, token, context.RequestAborted).ConfigureAwait(false);
    }

    private void Carry(HttpContext context, string? token)
    {
        if (token is null)
        {
            return;
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
            return await _store!.GetAsync(carried.SessionId, cancellationToken).ConfigureAwait(false) is { } kept
                ? Union(carried, kept)
                : carried;
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
            return await _store!
                .MergeAsync(
                    session.Id,
                    kept => kept is null ? token : Union(own, kept).Protect(_tokens),
                    _tokens.Lifetime,
                    cancellationToken
                )
                .ConfigureAwait(false);
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

    private (ReadConsistency Level, ReadSessionOptions Policies) WantedBy(Endpoint? endpoint)
    {
        // The nearest annotation is the last one.
        for (var i = (endpoint?.Metadata.Count ?? 0) - 1; i >= 0; i--)
        {
            switch (endpoint!.Metadata[i])
            {
                case MonotonicAttribute monotonic:
                    return (ReadConsistency.Monotonic, Policies(monotonic.OnReplicaLoss, ReadSessionOptions.DefaultMaxWaitMilliseconds));
                case CausalAttribute causal:
                    return (ReadConsistency.Causal, Policies(causal.OnReplicaLoss, causal.MaxWaitMilliseconds));
                case PrimaryAttribute:
                    return (ReadConsistency.Primary, Policies(default, ReadSessionOptions.DefaultMaxWaitMilliseconds));
                case EventualAttribute:
                    return (ReadConsistency.Eventual, Policies(default, ReadSessionOptions.DefaultMaxWaitMilliseconds));
            }
        }

        return (_options.Level, Policies(default, ReadSessionOptions.DefaultMaxWaitMilliseconds));
    }

    // What an annotation leaves at its default is as the options say.
    private ReadSessionOptions Policies(ReplicaLoss onReplicaLoss, int maxWaitMilliseconds) =>
        new()
        {
            OnReplicaLoss = onReplicaLoss == default ? _options.OnReplicaLoss : onReplicaLoss,
            MaxWaitMilliseconds =
                maxWaitMilliseconds == ReadSessionOptions.DefaultMaxWaitMilliseconds ? _options.MaxWaitMilliseconds : maxWaitMilliseconds,
        };

    // A cookie in a shared cache would give one user's session to others. A response that says neither "private" nor "no-store" may
    // be kept where a cache is told for how long, can guess it, or can ask whether it still holds (RFC 9111, sections 3 and 4).
    private static string? CacheableAs(HttpResponse response)
    {
        foreach (var name in CachesInFront)
        {
            if (
                response.Headers[name].ToString() is { Length: > 0 } told
                && !told.Contains("no-store", StringComparison.OrdinalIgnoreCase)
                && !told.Contains("private", StringComparison.OrdinalIgnoreCase)
            )
            {
                return $"{name}: {told}";
            }
        }

        var headers = response.GetTypedHeaders();
        var control = headers.CacheControl;
        return control is { NoStore: true } or { Private: true, PrivateHeaders.Count: 0 } ? null
            : control is { NoCache: false } && (control.Public || control.MaxAge > TimeSpan.Zero || control.SharedMaxAge > TimeSpan.Zero)
                ? control.ToString()
            : control is not { NoCache: true } && headers.Expires > headers.Date.GetValueOrDefault(DateTimeOffset.UtcNow)
                ? $"Expires: {headers.Expires:R}"
            : headers.ETag is not null ? "ETag without private"
            : headers.LastModified is not null ? "Last-Modified without private"
            : null;
    }

    // RFC 9213, and what was there before it.
    private static readonly string[] CachesInFront = ["CDN-Cache-Control", "Surrogate-Control"];
}
