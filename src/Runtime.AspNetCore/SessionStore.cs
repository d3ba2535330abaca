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

        // It may read and write through a data source of the application, and belongs to no session.
        AmbientSession.LeaveAll();
        try
        {
            var kept = await InTimeAsync(bound => store.GetAsync(carried.SessionId, bound).AsTask()).ConfigureAwait(false);
            return kept is null ? carried : Union(carried, kept) with { Kept = kept };
        }
        catch (Exception exception)
        {
            RequestSessionLog.StoreFailed(_logger, carried.SessionId, exception);
            return carried;
        }
    }

    /// <summary>Keeps what a session saw and wrote.</summary>
    /// <param name="own">What that is.</param>
    /// <param name="from">What it went on from, which it contains. Where the store has nothing else yet, what is kept is replaced: a mark
    /// that only the primary will do goes when a position is known.</param>
    /// <returns>What is kept of it now; the given where the store failed, or there is none.</returns>
    public async ValueTask<SessionToken> KeepAsync(SessionToken own, SessionToken? from)
    {
        if (store is null)
        {
            return own;
        }

        // It may read and write through a data source of the application, and belongs to no session.
        AmbientSession.LeaveAll();
        var all = own;
        string? text = null;
        try
        {
            await InTimeAsync(async bound =>
                {
                    await store.MergeAsync(own.SessionId, Merged, keys.Tokens.Lifetime, bound).ConfigureAwait(false);
                    return true;
                })
                .ConfigureAwait(false);
            return all with { Kept = text };
        }
        catch (Exception exception)
        {
            RequestSessionLog.StoreFailed(_logger, own.SessionId, exception);
            return own;
        }

        string Merged(string? kept) => text = (all = kept is null || kept == from?.Kept ? own : Union(own, kept)).Protect(keys.Tokens);
    }

    // Not by a token that a timer cancels: what a driver throws then ends the process.
    private static async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask)
    {
        var bound = new CancellationTokenSource();
        try
        {
            return await ask(bound.Token).WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nobody waits for that, and the failure is the time that has passed.
            _ = bound.CancelAsync().ContinueWith(static cancelled => cancelled.Exception, TaskScheduler.Default);
            throw;
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
