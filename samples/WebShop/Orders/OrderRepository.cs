using Dapper;
using MonotonicReads;

namespace WebShop.Orders;

/// <summary>By Dapper: reads through the data source, writes through its <c>Primary</c>, so that the session knows what it wrote.</summary>
[Causal]
public sealed class OrderRepository(ReplicatedMySqlDataSource shop) : IOrders
{
    public async Task<OrderPage?> FindAsync(long id)
    {
        await using var db = await shop.OpenConnectionAsync();
        var order = await db.QuerySingleOrDefaultAsync<Order>(
            "SELECT Id, Customer, ProductId, Amount FROM orders WHERE Id = @id",
            new { id }
        );
        if (order is null)
        {
            return null;
        }

        var product = await db.QuerySingleAsync<(string Name, int Stock)>("SELECT Name, Stock FROM products WHERE Id = @ProductId", order);
        return new OrderPage(order, product.Name, product.Stock);
    }

    public async Task<OrderList> ListAsync(string customer)
    {
        await using var db = await shop.OpenConnectionAsync();
        var count = await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM orders WHERE Customer = @customer", new { customer });
        var newest = await db.QueryAsync<Order>(
            "SELECT Id, Customer, ProductId, Amount FROM orders WHERE Customer = @customer ORDER BY Id DESC LIMIT 10",
            new { customer }
        );
        return new OrderList(customer, count, newest.AsList());
    }

    public async Task<long?> PlaceAsync(NewOrder order)
    {
        await using var db = await shop.Primary.OpenConnectionAsync();
        await using var transaction = await db.BeginTransactionAsync();
        var taken = await db.ExecuteAsync(
            "UPDATE products SET Stock = Stock - @Amount WHERE Id = @ProductId AND Stock >= @Amount",
            order,
            transaction
        );
        if (taken == 0)
        {
            return null;
        }

        var id = await db.ExecuteScalarAsync<long>(
            "INSERT INTO orders (Customer, ProductId, Amount) VALUES (@Customer, @ProductId, @Amount); SELECT LAST_INSERT_ID()",
            order,
            transaction
        );
        await transaction.CommitAsync();
        return id;
    }
}
