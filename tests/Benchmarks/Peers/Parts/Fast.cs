using System.Diagnostics;
using MonotonicReads.Benchmarks.Peers.Results;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Parts;

/// <summary>
/// Pages as fast as they come, by so many visitors at once, over replicas that keep up. The peers take turns in a drawn order, and
/// a turn's ratio is to plain in the same round: what else the machine does meanwhile is in both.
/// </summary>
internal static class Fast
{
    private static readonly int[] Levels = [1, 16, 64, 256];

    /// <summary>Of each peer, by its key. The first is what the others are compared with.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<FastResult>>> RunAsync(
        IReadOnlyList<PeerEntry> entries,
        bool isShort,
        Action<string> tell
    )
    {
        await using var shop = await PeerShop.StartAsync(0, 0, 0);
        var peers = entries.Select(entry => entry.Create(ServerStrings.Of(shop.Cluster, $"{entry.Key}-fast"))).ToArray();
        var results = entries.ToDictionary(static entry => entry.Key, static _ => new List<FastResult>());
        foreach (var level in Levels)
        {
            tell($"fast: {level} at once");
            var times = await RoundsAsync(
                peers,
                level,
                isShort ? 3 : 15,
                (i, exception) => tell($"{entries[i].Key} at {level} threw: {exception}")
            );
            for (var i = 0; i < peers.Length; i++)
            {
                results[entries[i].Key].AddRange(Result(level, times[i], times[0]));
            }
        }

        foreach (var peer in peers)
        {
            await peer.DisposeAsync();
        }

        return results.ToDictionary(static pair => pair.Key, static pair => (IReadOnlyList<FastResult>)pair.Value);
    }

    // The time of a page in each round, of each peer; none where it threw.
    private static async Task<double[][]> RoundsAsync(IPeer[] peers, int level, int rounds, Action<int, Exception> threw)
    {
        // More of them at once take longer to begin and to end.
        var turn = TimeSpan.FromMilliseconds(level >= 256 ? 500 : 250);
        var times = peers.Select(_ => new double[rounds]).ToArray();
        var order = Enumerable.Range(0, peers.Length).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            Random.Shared.Shuffle(order);
            foreach (var i in order)
            {
                var took = double.NaN;
                try
                {
                    took = await TurnAsync(peers[i], level, turn);
                }
                catch (Exception exception)
                {
                    threw(i, exception);
                }

                // The round before the first opens the connections.
                if (round >= 0)
                {
                    times[i][round] = took;
                }
            }
        }

        return times;
    }

    private static async Task<double> TurnAsync(IPeer peer, int level, TimeSpan turn)
    {
        var pages = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, level).Select(_ => Task.Run(VisitAsync)));
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

    private static IEnumerable<FastResult> Result(int level, double[] times, double[] plain)
    {
        double[] known = [.. times.Where(double.IsFinite).Order()];
        double[] ratios = [.. times.Zip(plain, static (time, beside) => time / beside).Where(double.IsFinite).Order()];
        return ratios.Length == 0 ? [] : [new(level, At(known, 0.5), At(ratios, 0.5), At(ratios, 0.25), At(ratios, 0.75))];
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)(sorted.Length * quantile)];
}
