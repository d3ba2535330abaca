using System.Data.Common;
using Dapper;

namespace MonotonicReads.Testing.Tests;

public sealed record OrderPage(long Total, IReadOnlyList<long> Prices, long Paid, long Stock)
{
    // Everything is written in one transaction: later tables never show an older state than earlier ones.
    public bool IsConsistent => Total == Prices.Sum() && Total == Paid && Stock == 100 - Total / 10;
}

public interface IOrderPages
{
    Task<OrderPage> GetAsync(long id);
}

/// <summary>The queries of the Storefront's page.</summary>
internal static class OrderQueries
{
    public static async Task CreateAsync(DbDataSource primary)
    {
        await using var db = await primary.OpenConnectionAsync();
        foreach (
            var table in new[]
            {
                "create table orders (id bigint primary key, total bigint not null)",
                "create table order_lines (order_id bigint not null, line bigint not null, price bigint not null, primary key (order_id, line))",
                "create table payments (order_id bigint primary key, amount bigint not null)",
                "create table stock (product bigint primary key, on_hand bigint not null)",
                "insert into orders values (7, 10)",
                "insert into order_lines values (7, 1, 10)",
                "insert into payments values (7, 10)",
                "insert into stock values (1, 99)",
            }
        )
        {
            await db.ExecuteAsync(table);
        }
    }

    public static async Task BuyMoreAsync(DbConnection db)
    {
        await using var transaction = await db.BeginTransactionAsync();
        await db.ExecuteAsync("update orders set total = total + 10 where id = 7", transaction: transaction);
        await db.ExecuteAsync("insert into order_lines values (7, (select total from orders where id = 7), 10)", transaction: transaction);
        await db.ExecuteAsync("update payments set amount = amount + 10 where order_id = 7", transaction: transaction);
        await db.ExecuteAsync("update stock set on_hand = on_hand - 1 where product = 1", transaction: transaction);
        await transaction.CommitAsync();
    }

    /// <summary>One read, on a replica or, in a session, where that says.</summary>
    public static async Task<long> TotalAsync(this LaggingReplicas set, string column = "total", string table = "orders")
    {
        await using var db = set.DataSource.CreateConnection();
        return await db.ExecuteScalarAsync<long>($"select max({column}) from {table}");
    }

    /// <summary>Writes an order, and says how many there are of its number.</summary>
    public static async Task<long> PlaceAsync(ReplicatedDataSource shop, long id)
    {
        await using (var writing = await shop.Primary.OpenConnectionAsync())
        {
            await writing.ExecuteAsync("insert into orders values (@id, 30)", new { id });
        }

        await using var reading = shop.CreateConnection();
        return await reading.ExecuteScalarAsync<long>("select count(*) from orders where id = @id", new { id });
    }

    public static async Task<OrderPage> GetAsync(DbDataSource shop, long id)
    {
        await using var db = shop.CreateConnection(); // Dapper opens and closes it for each query
        var total = await db.ExecuteScalarAsync<long>("select total from orders where id = @id", new { id });
        var prices = await db.QueryAsync<long>("select price from order_lines where order_id = @id", new { id });
        var paid = await db.ExecuteScalarAsync<long>("select amount from payments where order_id = @id", new { id });
        var stock = await db.ExecuteScalarAsync<long>("select on_hand from stock where product = 1");
        return new OrderPage(total, [.. prices], paid, stock);
    }
}

public sealed class UnannotatedPages(DbDataSource shop) : IOrderPages
{
    public Task<OrderPage> GetAsync(long id) => OrderQueries.GetAsync(shop, id);
}

[Monotonic]
public sealed class MonotonicPages(DbDataSource shop) : IOrderPages
{
    public Task<OrderPage> GetAsync(long id) => OrderQueries.GetAsync(shop, id);
}

[Monotonic(Snapshot = true)]
public sealed class SnapshotPages(DbDataSource shop) : IOrderPages
{
    public Task<OrderPage> GetAsync(long id) => OrderQueries.GetAsync(shop, id);
}

/// <summary>Writes, and reads what it wrote.</summary>
public interface IPlacing
{
    Task<long> PlaceAsync(long id);
}

public sealed class UnannotatedPlacing(ReplicatedDataSource shop) : IPlacing
{
    public Task<long> PlaceAsync(long id) => OrderQueries.PlaceAsync(shop, id);
}

[Causal(MaxWaitMilliseconds = 20)]
public sealed class CausalPlacing(ReplicatedDataSource shop) : IPlacing
{
    public Task<long> PlaceAsync(long id) => OrderQueries.PlaceAsync(shop, id);
}

[Monotonic]
public sealed class MonotonicPlacing(ReplicatedDataSource shop) : IPlacing
{
    public Task<long> PlaceAsync(long id) => OrderQueries.PlaceAsync(shop, id);
}
