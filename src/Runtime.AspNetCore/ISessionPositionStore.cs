namespace MonotonicReads.AspNetCore;

/// <summary>
/// Keeps, by session, what all of a user's requests saw. A cookie carries what one response knew: of two responses to requests that
/// ran side by side the browser keeps the last one's, and forgets what the other saw. With a store a request that is sent after both
/// answers arrived sees what both saw.
/// </summary>
/// <remarks>Registered by
/// <see cref="ReadSessionExtensions.AddSessionPositionStore(Microsoft.Extensions.DependencyInjection.IServiceCollection)"/>,
/// or by the application as a singleton of its own. What is kept is a session token, encrypted and authenticated as the cookie
/// is.</remarks>
public interface ISessionPositionStore
{
    /// <summary>What is kept for a session.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns><see langword="null"/> for nothing.</returns>
    ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces what is kept for a session. Where two do so side by side, the second must be given the first one's result: what is
    /// overwritten unseen is lost to the user's next request.
    /// </summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="replace">Makes the new value from the kept one, or from <see langword="null"/>; may be called again.</param>
    /// <param name="lifetime">How long the new value is of use.</param>
    /// <param name="cancellationToken">Ends the change.</param>
    /// <returns>The new value.</returns>
    ValueTask<string> MergeAsync(Guid sessionId, Func<string?, string> replace, TimeSpan lifetime, CancellationToken cancellationToken);
}
