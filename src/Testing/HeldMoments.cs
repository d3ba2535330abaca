using System.Collections.Concurrent;

namespace MonotonicReads.Testing;

/// <summary>The moments of a set, by number, and what was written between them.</summary>
/// <param name="server">Tells whether something was written, also past the set.</param>
internal sealed class HeldMoments(ITestServer server)
{
    private readonly ConcurrentDictionary<int, Written> _written = new();
    private int _moments;
    private int _writes;

    /// <summary>Something was written over the set's data source, or may have been.</summary>
    public void Count() => Interlocked.Increment(ref _writes);

    /// <summary>Begins to hold a moment.</summary>
    /// <returns>What was written by now; the moment itself comes later.</returns>
    public async Task<Beginning> BeginAsync(CancellationToken cancellation) =>
        new(await server.ChangesAsync(cancellation).ConfigureAwait(false), Volatile.Read(ref _writes));

    /// <summary>A moment is held.</summary>
    /// <returns>Its number, from 1.</returns>
    public async Task<int> EndAsync(Beginning begun, CancellationToken cancellation)
    {
        var after = await server.ChangesAsync(cancellation).ConfigureAwait(false);
        var number = Interlocked.Increment(ref _moments);
        _written[number] = new Written(begun.Writes, begun.Changes, after);
        return number;
    }

    /// <summary>Whether nothing was written from before one moment until after a later one, which <see cref="SentStatement.Present"/> may
    /// be. False also where the server does not tell.</summary>
    public async Task<bool> AreBeforeTheSameWritesAsync(int later, int earlier)
    {
        var written = later == SentStatement.Present ? await PresentAsync().ConfigureAwait(false) : _written.GetValueOrDefault(later);
        return _written.GetValueOrDefault(earlier) is { } before
            && written is { After: { } after }
            && before.Writes == written.Writes
            && before.Before == after;
    }

    private async Task<Written> PresentAsync()
    {
        var writes = Volatile.Read(ref _writes);
        return new Written(writes, Before: null, await server.ChangesAsync(CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>What was written before a moment was held.</summary>
    /// <param name="Changes">As the server tells it; null where it does not.</param>
    /// <param name="Writes">How often over the set.</param>
    internal sealed record Beginning(string? Changes, int Writes);

    private sealed record Written(int Writes, string? Before, string? After);
}
