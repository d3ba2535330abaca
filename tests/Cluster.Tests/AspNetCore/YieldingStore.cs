using System.Collections.Concurrent;
using MonotonicReads.AspNetCore;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A position store that is never there at once, as those of a network are; each question takes less time than the one before,
/// so that answers may come in another order.</summary>
internal sealed class YieldingStore : ISessionPositionStore
{
    private int _delay = 60;

    public ConcurrentDictionary<Guid, string> Kept { get; } = new();

    public TimeSpan MergeDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    public async ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await Task.Delay(Math.Max(5, Interlocked.Add(ref _delay, -5)), cancellationToken);
        return Kept.GetValueOrDefault(sessionId);
    }

    public async ValueTask<string> MergeAsync(
        Guid sessionId,
        Func<string?, string> replace,
        TimeSpan lifetime,
        CancellationToken cancellationToken
    )
    {
        await Task.Delay(MergeDelay, cancellationToken);
        return Kept.AddOrUpdate(sessionId, _ => replace(null), (_, kept) => replace(kept));
    }
}
