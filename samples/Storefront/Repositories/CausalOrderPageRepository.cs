using Dapper;
using MonotonicReads;

namespace Storefront.Repositories;

/// <summary>As monotonic, and whoever has ordered something sees it: his reads go where his write has arrived.</summary>
[Causal]
public sealed class CausalOrderPageRepository(ReplicatedDataSource shop) : IOrderPageRepository
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
