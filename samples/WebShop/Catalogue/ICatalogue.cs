namespace WebShop.Catalogue;

public interface ICatalogue
{
    Task<CataloguePage> GetPageAsync();

    /// <returns>False where there is no such product.</returns>
    Task<bool> RestockAsync(int product, int amount);
}

public sealed record CataloguePage(IReadOnlyList<Product> Products, int OrdersSoFar);
