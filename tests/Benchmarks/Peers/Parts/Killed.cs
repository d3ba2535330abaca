using MonotonicReads.Benchmarks.Peers.Results;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Parts;

/// <summary>
/// What callers see of a fault that lasts four seconds and for two seconds after it, over replicas that are 0, 1 and 3 seconds behind:
/// the first replica is killed, and started again; the primary stands still, its connections open, and goes on.
/// </summary>
internal static class Killed
{
    private const int Callers = 8;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    public static async Task<KilledResult> RunAsync(PeerEntry entry, bool isShort)
    {
        await using var shop = await PeerShop.StartAsync(0, 1, 3);
        var replica = shop.Cluster.Replicas[0];
        var primary = shop.Cluster.Primary;
        var fault = isShort ? Fault / 2 : Fault;
        var dies = await WatchAsync(entry, shop, "dies", fault, replica.KillAsync, () => replica.RestartAsync());
        var stops = await WatchAsync(entry, shop, "stops", fault, primary.PauseAsync, primary.ResumeAsync);
        return new(dies, stops);
    }

    private static async Task<FaultResult> WatchAsync(
        PeerEntry entry,
        PeerShop shop,
        string name,
        TimeSpan lasts,
        Func<Task> begin,
        Func<Task> end
    )
    {
        await using var peer = entry.Create(ServerStrings.Of(shop.Cluster, $"{entry.Key}-{name}"));
        var witness = new Witness(peer);
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(witness.CallAsync)).ToArray();
        await Task.Delay(Before);
        await begin();
        witness.Begin();
        await Task.Delay(lasts);
        await end();
        await Task.Delay(After);
        witness.End();
        await Task.WhenAll(callers);
        return witness.Result();
    }
}
