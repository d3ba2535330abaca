using Dapper;
using MonotonicReads;

namespace Storefront.Repositories;

/// <summary>All queries run on the primary: always current, and nothing is read from a replica.</summary>
[Primary]
public sealed class PrimaryOrderPageRepository(ReplicatedDataSource shop) : IOrderPageRepository
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
