using Microsoft.AspNetCore.Http.HttpResults;

namespace WebShop.Catalogue;

public static class CatalogueEndpoints
{
    public static void MapCatalogue(this IEndpointRouteBuilder app)
    {
        app.MapGet("/products", (ICatalogue catalogue) => catalogue.GetPageAsync());
        app.MapPost("/products/{id:int}/stock", RestockAsync);
    }

    private static async Task<Results<NoContent, NotFound, ValidationProblem>> RestockAsync(int id, Restock restock, ICatalogue catalogue)
    {
        if (restock.Amount is < 1 or > 1_000)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["amount"] = ["From 1 to 1,000."] });
        }

        return await catalogue.RestockAsync(id, restock.Amount) ? TypedResults.NoContent() : TypedResults.NotFound();
    }
}

public sealed record Restock(int Amount);
