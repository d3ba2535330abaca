using WebShop.Catalogue;

namespace WebShop.Running;

/// <summary>Makes the tables on the primary where the database has none. In production migrations do that, before the application.</summary>
public static class Tables
{
    public static async Task CreateTablesAsync(this WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
    }
}
