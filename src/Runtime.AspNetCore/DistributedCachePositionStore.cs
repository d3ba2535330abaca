using Microsoft.Extensions.Caching.Distributed;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// The store in the application's <see cref="IDistributedCache"/>. A cache has no compare-and-set: within one process a session's
/// changes follow one another, but of two processes that change it within the same milliseconds one may overwrite the other.
/// </summary>
internal sealed class DistributedCachePositionStore(IDistributedCache cache) : ISessionPositionStore
{
    private const int Locks = 64;

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, Locks).Select(_ => new SemaphoreSlim(1))];

    public async ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken) =>
        await cache.GetStringAsync(KeyOf(sessionId), cancellationToken).ConfigureAwait(false);

    public async ValueTask<string> MergeAsync(
        Guid sessionId,
        Func<string?, string> replace,
        TimeSpan lifetime,
        CancellationToken cancellationToken
    )
    {
        var gate = _locks[(uint)sessionId.GetHashCode() % Locks];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var value = replace(await GetAsync(sessionId, cancellationToken).ConfigureAwait(false));
            var expiry = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime };
            await cache.SetStringAsync(KeyOf(sessionId), value, expiry, cancellationToken).ConfigureAwait(false);
            return value;
        }
        finally
        {
            gate.Release();
        }
    }

    private static string KeyOf(Guid sessionId) => $"monotonic-reads:{sessionId:N}";
}
