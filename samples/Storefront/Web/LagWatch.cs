using Dapper;
using Storefront.Data;

namespace Storefront.Web;

/// <summary>Looks at each replica four times a second: how long ago the primary made the first change that it lacks.</summary>
internal sealed class LagWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public LagWatch(IShopDatabase shop, ReplicaControls controls, Stage stage) =>
        _watching = Task.Run(() => WatchAsync(shop, controls, stage));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(IShopDatabase shop, ReplicaControls controls, Stage stage)
    {
        while (!_stop.IsCancellationRequested)
        {
            stage.Show(await Task.WhenAll(shop.Replicas.Select(replica => LookAsync(shop, replica, controls))));
            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<ReplicaView> LookAsync(IShopDatabase shop, IShopReplica replica, ReplicaControls controls)
    {
        var isChanging = controls.IsChanging(replica);
        var behind = replica.IsUp && !isChanging ? await BehindAsync(shop, replica) : null;
        return new ReplicaView(replica.Name, replica.IsUp, isChanging, controls.WantedLag(replica).TotalSeconds, behind?.TotalSeconds);
    }

    private static async Task<TimeSpan?> BehindAsync(IShopDatabase shop, IShopReplica replica)
    {
        try
        {
            await using var there = await replica.Direct.OpenConnectionAsync();
            var applied = await there.ExecuteScalarAsync<long>("select coalesce(max(sequence), 0) from order_changes");
            await using var primary = await shop.Source.Primary.OpenConnectionAsync();
            var missing = await primary.ExecuteScalarAsync<long?>(
                "select made_at from order_changes where sequence > @applied order by sequence limit 1",
                new { applied }
            );
            return missing is { } since ? DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds(since) : TimeSpan.Zero;
        }
        catch (Exception exception) when (ServerFailure.Is(exception))
        {
            return null; // It ended while it was asked.
        }
    }
}
