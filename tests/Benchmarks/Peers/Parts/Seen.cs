using MonotonicReads.Benchmarks.Peers.Results;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Parts;

/// <summary>
/// Visitors, many at once, over replicas that are 0, 1 and 3 seconds behind. A visit is three requests: the first writes, the second
/// comes a tenth of a second later, the third when two seconds are over. Each reads back what was written, and a page.
/// </summary>
internal sealed class Seen(IPeer peer)
{
    private static readonly TimeSpan ToNext = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ToLater = TimeSpan.FromMilliseconds(2_200);

    private int _pages;
    private int _backwards;
    private int _visits;
    private int _missedInSame;
    private int _missedInNext;
    private int _missedLater;

    public static async Task<SeenResult> RunAsync(PeerEntry entry, PeerShop shop, bool isShort)
    {
        var (visitors, visits) = isShort ? (20, 1) : (40, 3);
        await using var peer = entry.Create(ServerStrings.Of(shop.Cluster, $"{entry.Key}-seen"));
        var seen = new Seen(peer);
        await StatementLog.BeginAsync(shop.Cluster);
        await Task.WhenAll(Enumerable.Range(0, visitors).Select(_ => Task.Run(() => seen.VisitsAsync(visits))));
        var onPrimary = await StatementLog.ShareOfPrimaryAsync(shop.Cluster);
        return new(seen._pages, seen._backwards, seen._visits, seen._missedInSame, seen._missedInNext, seen._missedLater, onPrimary);
    }

    private async Task VisitsAsync(int visits)
    {
        for (var i = 0; i < visits; i++)
        {
            var visitor = new Visitor();
            Count(ref _visits, true);
            Count(ref _missedInSame, await RequestAsync(visitor, writes: true));
            await Task.Delay(ToNext);
            Count(ref _missedInNext, await RequestAsync(visitor, writes: false));
            await Task.Delay(ToLater);
            Count(ref _missedLater, await RequestAsync(visitor, writes: false));
        }
    }

    // Whether what was written is missing.
    private async Task<bool> RequestAsync(Visitor visitor, bool writes)
    {
        const long Written = 1;
        await using var request = peer.Begin(visitor);
        if (writes)
        {
            await request.WriteAsync(Written);
        }

        var own = await request.OwnAsync();
        var page = await request.PageAsync();
        Count(ref _pages, true);
        Count(ref _backwards, page.RunsBackwards);
        return own != Written;
    }

    private static void Count(ref int counter, bool counts)
    {
        if (counts)
        {
            Interlocked.Increment(ref counter);
        }
    }
}
