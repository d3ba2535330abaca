using System.Data.Common;
using Dapper;

namespace Storefront.Data;

/// <summary>Applies the changes of the primary to one replica, each when it is as old as the replica's lag.</summary>
internal sealed class EmbeddedReplica : IShopReplica, IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly EmbeddedServer _server;
    private readonly Task _applying;
    private long _lagTicks;

    public EmbeddedReplica(EmbeddedServer primary, EmbeddedServer server, TimeSpan lag)
    {
        (_server, _lagTicks) = (server, lag.Ticks);
        _applying = Task.Run(() => ApplyAsync(primary));
    }

    public string Name => _server.Name;

    public bool IsUp => !_server.IsDown;

    public TimeSpan Lag => new(Volatile.Read(ref _lagTicks));

    public DbDataSource Direct => _server;

    public Task SetLagAsync(TimeSpan lag)
    {
        Volatile.Write(ref _lagTicks, lag.Ticks);
        return Task.CompletedTask;
    }

    public Task KillAsync()
    {
        _server.IsDown = true;
        return Task.CompletedTask;
    }

    public Task ReviveAsync()
    {
        _server.IsDown = false;
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _applying;
        _stop.Dispose();
    }

    private async Task ApplyAsync(EmbeddedServer primary)
    {
        await using var from = await primary.OpenConnectionAsync();
        await using var to = await _server.OpenConnectionAsync();
        var applied = 0L;
        while (!_stop.IsCancellationRequested)
        {
            var until = (DateTimeOffset.UtcNow - Lag).ToUnixTimeMilliseconds();
            var due = await from.QueryAsync<OrderChange>(
                """
                select sequence, made_at as MadeAt, order_id as OrderId, line, product, cents from order_changes
                where sequence > @applied and made_at <= @until order by sequence
                """,
                new { applied, until }
            );
            foreach (var change in due.TakeWhile(_ => IsUp && !_stop.IsCancellationRequested))
            {
                await change.ApplyAsync(to);
                applied = change.Sequence;
            }

            await Task.Delay(PollInterval);
        }
    }
}
