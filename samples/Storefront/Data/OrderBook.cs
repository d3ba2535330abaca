using System.Data.Common;

namespace Storefront.Data;

/// <summary>Writes changes on the primary, one after the other, so that their numbers rise in the order of the commits.</summary>
internal sealed class OrderBook(DbDataSource primary) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private long _newest;

    /// <summary>The number of the newest committed change.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Changes one order.</summary>
    /// <param name="order">Which; null for each in turn.</param>
    public async Task<OrderChange> ChangeAsync(long? order = null)
    {
        await _one.WaitAsync();
        try
        {
            var sequence = Newest + 1;
            var id = order ?? 1 + (sequence % Schema.Orders);
            var line = 1 + (sequence / Schema.Orders % Schema.LinesPerOrder);
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            var change = new OrderChange(sequence, now, id, line, Schema.ProductOf(id, line), Cents: 1 + (sequence % 99));
            await using var connection = await primary.OpenConnectionAsync();
            await change.ApplyAsync(connection);
            Volatile.Write(ref _newest, sequence);
            return change;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
