using System.Data;
using System.Threading.Tasks;
using Dapper;

namespace Warns;

public interface IOrders
{
    Task<int> CountOpenAsync(int customer);
}

public class Orders(IDbConnection db) : IOrders
{
    public async Task<int> CountOpenAsync(int customer)
    {
        var orders = await db.QuerySingleAsync<int>("SELECT COUNT(*) FROM orders WHERE customer = @customer", new { customer });
        var shipped = await db.QuerySingleAsync<int>("SELECT COUNT(*) FROM shipments WHERE customer = @customer", new { customer });
        return orders - shipped;
    }
}
