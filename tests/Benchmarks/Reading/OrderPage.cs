using System.Data.Common;
using Dapper;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>The four queries of the sample's order page, in the ways to send them.</summary>
internal static class OrderPage
{
    public const string Schema = """
        create table orders (id bigint primary key, customer varchar(40) not null, total bigint not null);
        create table order_lines (order_id bigint not null, line bigint not null, product bigint not null, price bigint not null,
            primary key (order_id, line));
        create table payments (order_id bigint primary key, amount bigint not null);
        create table stock (product bigint primary key, on_hand bigint not null);
        insert into orders values (1, 'ann', 300);
        insert into order_lines values (1, 1, 7, 100), (1, 2, 8, 200);
        insert into payments values (1, 300);
        insert into stock values (7, 10), (8, 20);
        """;

    private const string Order = "select id, customer, total from orders where id = @orderId";
    private const string Lines = "select line, product, price from order_lines where order_id = @orderId";
    private const string Payment = "select amount from payments where order_id = @orderId";
    private const string Stock = "select product, on_hand as OnHand from stock where product in @products";
    private const string StockOfOrder =
        "select product, on_hand as OnHand from stock where product in (select product from order_lines where order_id = @orderId)";

    /// <summary>As the sample has it: Dapper opens and closes the connection for each query.</summary>
    public static async Task<int> OneByOneAsync(DbDataSource source, long orderId)
    {
        await using var connection = source.CreateConnection();
        var order = await connection.QuerySingleAsync<OrderRow>(Order, new { orderId });
        var lines = await connection.QueryAsync<LineRow>(Lines, new { orderId });
        var payment = await connection.QuerySingleAsync<long>(Payment, new { orderId });
        var stock = await connection.QueryAsync<StockRow>(Stock, new { products = lines.Select(static line => line.Product) });
        return Checked(order, lines, payment, stock);
    }

    /// <summary>As MR1010's fix leaves it: the fourth query needs the second one's rows.</summary>
    public static async Task<int> MergedAsync(DbDataSource source, long orderId)
    {
        await using var connection = source.CreateConnection();
        using var reads = await connection.QueryMultipleAsync(Order + "; " + Lines + "; " + Payment, new { orderId });
        var order = await reads.ReadSingleAsync<OrderRow>();
        var lines = await reads.ReadAsync<LineRow>();
        var payment = await reads.ReadSingleAsync<long>();
        var stock = await connection.QueryAsync<StockRow>(Stock, new { products = lines.Select(static line => line.Product) });
        return Checked(order, lines, payment, stock);
    }

    /// <summary>The fourth query asks for the rows itself, so that none needs another.</summary>
    public static async Task<int> OneRoundTripAsync(DbDataSource source, long orderId)
    {
        await using var connection = source.CreateConnection();
        using var reads = await connection.QueryMultipleAsync(Order + "; " + Lines + "; " + Payment + "; " + StockOfOrder, new { orderId });
        var order = await reads.ReadSingleAsync<OrderRow>();
        var lines = await reads.ReadAsync<LineRow>();
        var payment = await reads.ReadSingleAsync<long>();
        var stock = await reads.ReadAsync<StockRow>();
        return Checked(order, lines, payment, stock);
    }

    /// <summary>Each query on a connection that it opens itself.</summary>
    public static async Task<int> EachOpenedAsync(DbDataSource source, long orderId)
    {
        await using var first = await source.OpenConnectionAsync();
        var order = await first.QuerySingleAsync<OrderRow>(Order, new { orderId });
        await first.CloseAsync();
        await using var second = await source.OpenConnectionAsync();
        var lines = await second.QueryAsync<LineRow>(Lines, new { orderId });
        await second.CloseAsync();
        await using var third = await source.OpenConnectionAsync();
        var payment = await third.QuerySingleAsync<long>(Payment, new { orderId });
        await third.CloseAsync();
        await using var fourth = await source.OpenConnectionAsync();
        var stock = await fourth.QueryAsync<StockRow>(Stock, new { products = lines.Select(static line => line.Product) });
        return Checked(order, lines, payment, stock);
    }

    private static int Checked(OrderRow order, IEnumerable<LineRow> lines, long payment, IEnumerable<StockRow> stock) =>
        order.Total == payment && lines.Count() == stock.Count()
            ? 1
            : throw new InvalidOperationException("The page is not that of the order.");

    private sealed record OrderRow(long Id, string Customer, long Total);

    private sealed record LineRow(long Line, long Product, long Price);

    private sealed record StockRow(long Product, long OnHand);
}

internal interface IOrderPages
{
    Task<int> GetAsync(long orderId);
}

/// <summary>Annotated on the class; how many reads a call makes stands in MonotonicReads.Plans.txt.</summary>
[Monotonic]
internal sealed class FiledOrderPages(DbDataSource source) : IOrderPages
{
    public Task<int> GetAsync(long orderId) => OrderPage.EachOpenedAsync(source, orderId);
}

/// <summary>The same without a line.</summary>
[Monotonic]
internal sealed class UnplannedOrderPages(DbDataSource source) : IOrderPages
{
    public Task<int> GetAsync(long orderId) => OrderPage.EachOpenedAsync(source, orderId);
}
