namespace WebShop.Orders;

public interface IOrders
{
    /// <returns>Null where there is no such order.</returns>
    Task<OrderPage?> FindAsync(long id);

    Task<OrderList> ListAsync(string customer);

    /// <returns>The order's number; null where there is not so much in stock.</returns>
    Task<long?> PlaceAsync(NewOrder order);
}
