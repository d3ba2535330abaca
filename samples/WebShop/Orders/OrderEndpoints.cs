using Microsoft.AspNetCore.Http.HttpResults;

namespace WebShop.Orders;

public static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/orders", (string customer, IOrders orders) => orders.ListAsync(customer));
        app.MapGet("/orders/{id:long}", FindAsync);
        app.MapPost("/orders", PlaceAsync);
    }

    private static async Task<Results<Ok<OrderPage>, NotFound>> FindAsync(long id, IOrders orders) =>
        await orders.FindAsync(id) is { } page ? TypedResults.Ok(page) : TypedResults.NotFound();

    // Where to look is all that it says: the page that the browser asks for next is another request, and shows the order.
    private static async Task<Results<Created, Conflict<string>, ValidationProblem>> PlaceAsync(NewOrder order, IOrders orders)
    {
        if (order.Customer is not { Length: > 0 and <= 60 } || order.Amount is < 1 or > 100)
        {
            return TypedResults.ValidationProblem(
                new Dictionary<string, string[]> { ["order"] = ["A customer has 1 to 60 characters, an amount is from 1 to 100."] }
            );
        }

        return await orders.PlaceAsync(order) is { } id
            ? TypedResults.Created($"/orders/{id}")
            : TypedResults.Conflict("Not so many left.");
    }
}
