namespace Storefront.Repositories;

/// <summary>The four queries of an order page. All repositories run the same ones.</summary>
internal static class OrderQueries
{
    // Who answers, and the newest change that it has.
    private const string Here =
        "(select name from this_server) as Server, (select coalesce(max(sequence), 0) from order_changes) as Applied";

    public const string Order =
        $"select id, customer, total, sequence, {Here} from orders where id = @orderId";

    public const string Lines =
        $"select line, product, price, sequence, {Here} from order_lines where order_id = @orderId";

    public const string Payment =
        $"select amount, sequence, {Here} from payments where order_id = @orderId";

    public const string Stock =
        $"select product, on_hand as OnHand, sequence, {Here} from stock where product in @products";
}
