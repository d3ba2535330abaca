using System.Diagnostics;
using MonotonicReads.Benchmarks.Peers.Results;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Parts;

/// <summary>
/// Pages as fast as they come, by so many visitors at once, over replicas that keep up. Each turn of a peer has one of plain beside
/// it, before or after as it is drawn, and the ratio is that of the pair: what else the machine does is in both. Plain stands beside
/// itself too, which shows how far the run can be trusted.
/// </summary>
internal sealed class Fast(IReadOnlyList<PeerEntry> entries, Action<string> tell)
{
    // More of them at once take longer to begin and to end.
    private static readonly (int AtOnce, TimeSpan Turn, int Rounds)[] Levels =
    [
        (1, TimeSpan.FromMilliseconds(60), 31),
        (16, TimeSpan.FromMilliseconds(100), 21),
        (64, TimeSpan.FromMilliseconds(150), 17),
        (256, TimeSpan.FromMilliseconds(300), 13),
    ];

    private readonly Dictionary<string, List<FastResult>> _results = entries.ToDictionary(
        static entry => entry.Key,
        static _ => new List<FastResult>()
    );

    /// <summary>Of each peer, by its key.</summary>
    /// <param name="entries">The peers; the first is plain.</param>
    /// <param name="isShort">Few rounds.</param>
    /// <param name="tell">Takes what is being done.</param>
    public static async Task<Dictionary<string, IReadOnlyList<FastResult>>> RunAsync(
        IReadOnlyList<PeerEntry> entries,
        bool isShort,
        Action<string> tell
    )
    {
        await using var shop = await PeerShop.StartAsync(0, 0, 0);
        var peers = entries.Select(entry => entry.Create(ServerStrings.Of(shop.Cluster, $"{entry.Key}-fast"))).ToArray();
        var fast = new Fast(entries, tell);
        foreach (var (atOnce, turn, rounds) in Levels)
        {
            tell($"fast: {atOnce} at once");
            await fast.LevelAsync(peers, atOnce, turn, isShort ? 3 : rounds);
        }

        foreach (var peer in peers)
        {
            await peer.DisposeAsync();
        }

        return fast._results.ToDictionary(static pair => pair.Key, static pair => (IReadOnlyList<FastResult>)pair.Value);
    }

    private async Task LevelAsync(IPeer[] peers, int atOnce, TimeSpan turn, int rounds)
    {
        var pairs = peers.Select(static _ => new List<(double Plain, double Peer)>()).ToArray();
        var order = Enumerable.Range(0, peers.Length).ToArray();
        // The round before the first opens the connections.
        for (var round = -1; round < rounds; round++)
        {
            Random.Shared.Shuffle(order);
            foreach (var i in order)
            {
                try
                {
                    var pair = await PairAsync(peers[0], peers[i], atOnce, turn);
                    pairs[i].AddRange(round < 0 ? [] : [pair]);
                }
                catch (Exception exception)
                {
                    tell($"{entries[i].Key}, {atOnce} at once, threw: {exception}");
                }
            }
        }

        for (var i = 0; i < peers.Length; i++)
        {
            _results[entries[i].Key].AddRange(pairs[i].Count == 0 ? [] : [Result(atOnce, pairs[i])]);
        }
    }

    private static async Task<(double Plain, double Peer)> PairAsync(IPeer plain, IPeer peer, int atOnce, TimeSpan turn)
    {
        if (Random.Shared.Next(2) == 0)
        {
            var before = await TurnAsync(plain, atOnce, turn);
            return (before, await TurnAsync(peer, atOnce, turn));
        }

        var took = await TurnAsync(peer, atOnce, turn);
        return (await TurnAsync(plain, atOnce, turn), took);
    }

    // The time of a page, in microseconds.
    private static async Task<double> TurnAsync(IPeer peer, int atOnce, TimeSpan turn)
    {
        var pages = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(VisitAsync)));
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / pages;

        async Task VisitAsync()
        {
            var visitor = new Visitor();
            do
            {
                await using (var request = peer.Begin(visitor))
                {
                    await request.PageAsync();
                }

                Interlocked.Increment(ref pages);
            } while (Stopwatch.GetElapsedTime(started) < turn);
        }
    }

    private static FastResult Result(int atOnce, List<(double Plain, double Peer)> pairs)
    {
        double[] times = [.. pairs.Select(static pair => pair.Peer).Order()];
        double[] ratios = [.. pairs.Select(static pair => pair.Peer / pair.Plain).Order()];
        return new(atOnce, At(times, 0.5), At(ratios, 0.5), At(ratios, 0.25), At(ratios, 0.75));
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)(sorted.Length * quantile)];
}
