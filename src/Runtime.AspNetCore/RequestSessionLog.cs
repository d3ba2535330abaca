using Microsoft.Extensions.Logging;

namespace MonotonicReads.AspNetCore;

/// <summary>The log records of category "MonotonicReads.AspNetCore". Event ids are stable and never reused.</summary>
internal static partial class RequestSessionLog
{
    public const string Category = "MonotonicReads.AspNetCore";

    [LoggerMessage(101, LogLevel.Information, "A request's session token was not taken: {Reason}")]
    public static partial void TokenRefused(ILogger logger, string reason);

    [LoggerMessage(
        102,
        LogLevel.Warning,
        "The response may be cached ({CacheControl}), so that it carries no session: what this request saw may be missing from the user's "
            + "next one."
    )]
    public static partial void ResponseIsCacheable(ILogger logger, string cacheControl);

    [LoggerMessage(
        103,
        LogLevel.Warning,
        "The position store failed; read session {SessionId} goes on with what its cookie or header carried, without what requests beside "
            + "it saw."
    )]
    public static partial void StoreFailed(ILogger logger, Guid sessionId, Exception exception);

    [LoggerMessage(
        104,
        LogLevel.Warning,
        "A cookie {Name} came that was not made with any of this application's keys, so that its user's session begins anew. "
            + "Either another application on the host sets a cookie of that name: give each its own by "
            + "RequestSessionOptions.Cookie.Name, or leave the name to the keys. Or the instances of this one do not share their "
            + "keys: see Tokens and data protection. Told once; later ones are record 101."
    )]
    public static partial void CookieIsForeign(ILogger logger, string name);

    [LoggerMessage(
        105,
        LogLevel.Warning,
        "A hub call saw or wrote something new in read session {SessionId}. The calls of its connection see it; the browser's next request "
            + "does not, since a hub call has no response to set its cookie with: services.AddSessionPositionStore() lets it. Told once."
    )]
    public static partial void HubCallReachesNoCookie(ILogger logger, Guid sessionId);

    [LoggerMessage(
        106,
        LogLevel.Warning,
        "The answer of a called service came to read session {SessionId} after its response had started: what that service saw or wrote is "
            + "in no token, and may be missing from what comes next."
    )]
    public static partial void AnswerAfterToken(ILogger logger, Guid sessionId);

    [LoggerMessage(
        107,
        LogLevel.Information,
        "Session tokens carry positions of a data source {Name} that this application does not have; they travel on. Told once for each."
    )]
    public static partial void SourceIsUnknown(ILogger logger, string name);

    [LoggerMessage(
        108,
        LogLevel.Warning,
        "The keys of data protection are read through {Context}, whose reads go to replicas: one that is behind has no key yet, "
            + "so that this process makes its own, and cookies and session tokens of the others are refused. Give the keys a "
            + "context over the primary (ReplicatedDataSource.Primary), or another store."
    )]
    public static partial void KeysAreOnReplicas(ILogger logger, string context);

    [LoggerMessage(
        109,
        LogLevel.Warning,
        "Read session {SessionId} goes on over a connection that is older than session tokens live ({Lifetime}). Where the browser "
            + "has made no request for so long its cookie has expired, so that its next request begins a session of its own and does not "
            + "see what was written over the connection. Give tokens a longer Lifetime. Told once."
    )]
    public static partial void ConnectionOutlivesCookie(ILogger logger, Guid sessionId, TimeSpan lifetime);

    [LoggerMessage(
        110,
        LogLevel.Warning,
        "What the answer of a called service carries could not be taken into read session {SessionId}: what that service saw or wrote "
            + "may be missing from what comes next."
    )]
    public static partial void AnswerNotTaken(ILogger logger, Guid sessionId, Exception exception);

    [LoggerMessage(
        111,
        LogLevel.Information,
        "Whether the keys of data protection are read from replicas could not be looked at: {Reason}"
    )]
    public static partial void KeysNotLookedAt(ILogger logger, string reason);

    [LoggerMessage(
        112,
        LogLevel.Warning,
        "A request of read session {SessionId} failed, and nothing answered for it (UseExceptionHandler does), so that its "
            + "response carries no session: what it saw or wrote may be missing from the user's next request."
    )]
    public static partial void ResponseNeverStarted(ILogger logger, Guid sessionId);

    [LoggerMessage(
        113,
        LogLevel.Warning,
        "The annotations of endpoint {Endpoint} are ignored: UseReadSessions() stands before the routing that found it. Call UseRouting() "
            + "first. Told once."
    )]
    public static partial void AnnotationsUnread(ILogger logger, string? endpoint);
}
