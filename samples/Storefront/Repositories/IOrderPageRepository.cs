namespace Storefront.Repositories;

public interface IOrderPageRepository
{
    Task<OrderPage> GetAsync(long orderId);
}
