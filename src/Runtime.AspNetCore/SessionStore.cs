using Microsoft.Extensions.Logging;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// What the application's <see cref="ISessionPositionStore"/> keeps of a session, united with what is known. A client that left, or one
/// that waits, does not decide how long the store may take.
/// </summary>
internal sealed class SessionStore(SessionKeys keys, ILoggerFactory loggers, ISessionPositionStore? store = null)
{
    /// <summary>A store that needs longer is one that failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger(RequestSessionLog.Category);

    public bool IsThere => store is not null;

    /// <summary>What a request carried, and what those beside it saw.</summary>
    public async ValueTask<SessionToken> WithKeptAsync(SessionToken carried)
    {
        if (store is null)
        {
            return carried;
        }

        try
        {
            using var bound = new CancellationTokenSource(Patience);
            var asked = store.GetAsync(carried.SessionId, bound.Token);
            var kept = asked.IsCompletedSuccessfully ? asked.Result : await asked.AsTask().WaitAsync(Patience).ConfigureAwait(false);
            return kept is null ? carried : Union(carried, kept);
        }
        catch (Exception exception)
        {
            RequestSessionLog.StoreFailed(_logger, carried.SessionId, exception);
            return carried;
        }
    }

    /// <summary>Keeps what a session saw and wrote.</summary>
    /// <returns>What is kept of it now; the given where the store failed, or there is none.</returns>
    public async ValueTask<SessionToken> KeepAsync(SessionToken own)
    {
        if (store is null)
        {
            return own;
        }

        var all = own;
        try
        {
            using var bound = new CancellationTokenSource(Patience);
            await store
                .MergeAsync(
                    own.SessionId,
                    kept => (all = kept is null ? own : Union(own, kept)).Protect(keys.Tokens),
                    keys.Tokens.Lifetime,
                    bound.Token
                )
                .AsTask()
                .WaitAsync(Patience)
                .ConfigureAwait(false);
            return all;
        }
        catch (Exception exception)
        {
            RequestSessionLog.StoreFailed(_logger, own.SessionId, exception);
            return own;
        }
    }

    /// <summary>What a session saw and wrote could not be kept.</summary>
    public void NoteFailure(Guid session, Exception exception) => RequestSessionLog.StoreFailed(_logger, session, exception);

    // What has expired or is of another version is of no use; what somebody else wrote there is not trusted.
    private SessionToken Union(SessionToken own, string kept)
    {
        try
        {
            return SessionToken.Unprotect(kept, keys.Tokens) is { } other && other.SessionId == own.SessionId ? own.Union(other) : own;
        }
        catch (SessionTokenException exception)
        {
            RequestSessionLog.TokenRefused(_logger, exception.Message);
            return own;
        }
    }
}
