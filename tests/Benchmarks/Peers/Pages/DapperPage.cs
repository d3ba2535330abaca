using System.Data.Common;
using Dapper;

namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>The page by Dapper, which opens a closed connection for each query and closes it again: the samples' style.</summary>
internal static class DapperPage
{
    private const string Order = "select Id, Customer, Version from OrderRow where Id = @id";
    private const string Lines = "select Id, OrderId, Product, Version from LineRow where OrderId = @id";
    private const string Payment = "select Id, OrderId, Amount, Version from PaymentRow where OrderId = @id";
    private const string Stock = "select Id, OnHand, Version from StockRow where Id in @products";
    private const string Write = "insert into NoteRow (Id, Value) values (@id, @value)";
    private const string Note = "select Value from NoteRow where Id = @id";

    public static async Task<PageVersions> ReadAsync(DbConnection connection)
    {
        var order = await connection.QuerySingleAsync<OrderRow>(Order, new { id = Rows.OrderId });
        var lines = (await connection.QueryAsync<LineRow>(Lines, new { id = Rows.OrderId })).AsList();
        var payment = await connection.QuerySingleAsync<PaymentRow>(Payment, new { id = Rows.OrderId });
        var stock = (await connection.QueryAsync<StockRow>(Stock, new { products = lines.Select(static line => line.Product) })).AsList();
        return new(order.Version, lines[0].Version, payment.Version, stock[0].Version);
    }

    public static Task<long> OwnAsync(DbConnection connection, long visitor) =>
        connection.ExecuteScalarAsync<long>(Note, new { id = visitor });

    public static Task WriteAsync(DbConnection connection, long visitor, long value) =>
        connection.ExecuteAsync(Write, new { id = visitor, value });
}
