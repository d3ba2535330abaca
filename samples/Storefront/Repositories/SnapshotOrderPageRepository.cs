using Dapper;
using MonotonicReads;

namespace Storefront.Repositories;

/// <summary>All queries of one call show one moment, in one read-only transaction on one replica.</summary>
[Monotonic(Snapshot = true)]
public sealed class SnapshotOrderPageRepository(ReplicatedDataSource shop) : IOrderPageRepository
{
    public async Task<OrderPage> GetAsync(long orderId)
    {
        await using var connection = shop.CreateConnection(); // Dapper opens and closes it for each query
        var order = await connection.QuerySingleAsync<OrderRow>(OrderQueries.Order, new { orderId });
        var lines = await connection.QueryAsync<LineRow>(OrderQueries.Lines, new { orderId });
        var payment = await connection.QuerySingleAsync<PaymentRow>(OrderQueries.Payment, new { orderId });
        var stock = await connection.QueryAsync<StockRow>(OrderQueries.Stock, new { products = lines.Select(line => line.Product) });
        return new OrderPage(order, lines.AsList(), payment, stock.AsList());
    }
}
