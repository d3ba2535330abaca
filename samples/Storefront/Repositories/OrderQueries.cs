namespace Storefront.Repositories;

/// <summary>The four queries of an order page. All three repositories run the same ones.</summary>
internal static class OrderQueries
{
    public const string Order =
        "select id, customer, total, sequence, (select name from this_server) as server from orders where id = @orderId";

    public const string Lines =
        "select line, product, price, sequence, (select name from this_server) as server from order_lines where order_id = @orderId";

    public const string Payment =
        "select amount, sequence, (select name from this_server) as server from payments where order_id = @orderId";

    public const string Stock =
        "select product, on_hand as OnHand, sequence, (select name from this_server) as server from stock where product in @products";
}
