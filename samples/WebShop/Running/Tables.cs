using System.Data.Common;
using WebShop.Catalogue;

namespace WebShop.Running;

/// <summary>Makes the tables on the primary where the database has none. In production migrations do that, before the application.</summary>
internal static class Tables
{
    /// <returns>False where the primary cannot be used; then that was said.</returns>
    public static async Task<bool> TryCreateTablesAsync(this WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        try
        {
            await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
            return true;
        }
        catch (Exception exception) when (DatabaseFailure(exception) is { } cause)
        {
            await FirstTry.NoPrimaryAsync(cause);
            return false;
        }
    }

    // EF Core wraps what may pass by itself.
    private static DbException? DatabaseFailure(Exception exception) => exception as DbException ?? exception.InnerException as DbException;
}
