using System.Data;
using Dapper;
using MonotonicReads;
using MonotonicReads.AspNetCore;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddReadSessions();
await using var app = builder.Build();
app.UseRouting();
app.UseReadSessions();
app.MapGet("/page", () => $"{ReadSession.Current?.Consistency}");
app.MapGet("/orders", [Causal] () => $"{ReadSession.Current?.Consistency}");
await app.StartAsync();

using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
Console.WriteLine($"page: {await client.GetStringAsync("/page")}");
Console.WriteLine($"orders: {await client.GetStringAsync("/orders")}");
await app.StopAsync();

/// <summary>What the analyzer, which comes with the package beneath, must find.</summary>
public class Orders(IDbConnection db)
{
    public async Task<int> CountOpenAsync(int customer)
    {
        var orders = await db.QuerySingleAsync<int>("SELECT COUNT(*) FROM orders WHERE customer = @customer", new { customer });
        var shipped = await db.QuerySingleAsync<int>("SELECT COUNT(*) FROM shipments WHERE customer = @customer", new { customer });
        return orders - shipped;
    }
}
