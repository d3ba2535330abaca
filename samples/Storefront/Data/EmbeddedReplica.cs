using System.Data.Common;
using Dapper;

namespace Storefront.Data;

/// <summary>Applies the changes of the primary to one replica, each when it is as old as the replica's lag.</summary>
internal sealed class EmbeddedReplica : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _applying;

    public EmbeddedReplica(DbDataSource primary, DbDataSource replica, TimeSpan lag) =>
        _applying = Task.Run(() => ApplyAsync(primary, replica, lag));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _applying;
        _stop.Dispose();
    }

    private async Task ApplyAsync(DbDataSource primary, DbDataSource replica, TimeSpan lag)
    {
        await using var from = await primary.OpenConnectionAsync();
        await using var to = await replica.OpenConnectionAsync();
        var applied = 0L;
        while (!_stop.IsCancellationRequested)
        {
            var until = (DateTimeOffset.UtcNow - lag).ToUnixTimeMilliseconds();
            var due = await from.QueryAsync<OrderChange>(
                """
                select sequence, made_at as MadeAt, order_id as OrderId, line, product, cents from order_changes
                where sequence > @applied and made_at <= @until order by sequence
                """,
                new { applied, until }
            );
            foreach (var change in due)
            {
                await change.ApplyAsync(to);
                applied = change.Sequence;
            }

            await Task.Delay(PollInterval);
        }
    }
}
