using Microsoft.EntityFrameworkCore;
using MonotonicReads;

namespace WebShop.Catalogue;

/// <summary>By EF Core: queries read on the session's replica, what changes something runs on the primary.</summary>
[Monotonic]
public sealed class CatalogueRepository(ShopContext shop) : ICatalogue
{
    public async Task<CataloguePage> GetPageAsync()
    {
        var products = await shop.Products.AsNoTracking().OrderBy(product => product.Id).ToListAsync();
        var ordersSoFar = await shop.Orders.CountAsync();
        return new CataloguePage(products, ordersSoFar);
    }

    public async Task<bool> RestockAsync(int product, int amount) =>
        await shop.Products.Where(p => p.Id == product).ExecuteUpdateAsync(set => set.SetProperty(p => p.Stock, p => p.Stock + amount)) > 0;
}
