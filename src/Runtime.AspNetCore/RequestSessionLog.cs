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
}
