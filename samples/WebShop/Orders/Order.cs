namespace WebShop.Orders;

public sealed class Order
{
    public long Id { get; set; }

    public required string Customer { get; set; }

    public int ProductId { get; set; }

    public int Amount { get; set; }
}

public sealed record NewOrder(string Customer, int ProductId, int Amount);

public sealed record OrderPage(Order Order, string Product, int LeftInStock);

public sealed record OrderList(string Customer, long Count, IReadOnlyList<Order> Newest);
