using System.Data.Common;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.EntityFrameworkCore;

namespace MonotonicReads.Cluster.Tests.Documentation;

#pragma warning disable SA1649, CA1515 // The code of README.md and docs/, as it stands there; ExamplesTests compares.

public sealed record Order(int Id, string Customer);

public sealed record Line(string Product, int Amount);

public sealed record OrderPage(Order Order, IReadOnlyList<Line> Lines);

public interface IOrderRepository
{
    Task<OrderPage> GetPageAsync(int id);
}

[Monotonic] // every read of a call on one replica
public class OrderRepository(DbDataSource source) : IOrderRepository
{
    public async Task<OrderPage> GetPageAsync(int id)
    {
        await using var db = await source.OpenConnectionAsync();
        var order = await db.QuerySingleAsync<Order>("SELECT id, customer FROM orders WHERE id = @id", new { id });
        var lines = await db.QueryAsync<Line>("SELECT product, amount FROM order_lines WHERE order_id = @id", new { id });
        return new OrderPage(order, [.. lines]);
    }
}

public class OrderPages(DbConnection db)
{
    public async Task<OrderPage> GetPageAsync(int id)
    {
        var order = await db.QuerySingleAsync<Order>("SELECT id, customer FROM orders WHERE id = @id", new { id });
        var lines = await LinesAsync(id); // another method, which reads too
        return new OrderPage(order, lines);
    }

    private async Task<IReadOnlyList<Line>> LinesAsync(int id) =>
        [.. await db.QueryAsync<Line>("SELECT product, amount FROM order_lines WHERE order_id = @id", new { id })];
}

public sealed class Shop(DbContextOptions<Shop> options) : DbContext(options);

public static class Examples
{
    public static void Register(IServiceCollection services)
    {
        services.AddReplicatedMySqlDataSource(o => // or a section of the configuration, followed while it changes
        {
            o.Primary = "Server=db0;Database=shop;Username=app;Password=...";
            o.Replicas.Add(new("r1", "Server=db1;Database=shop;Username=app;Password=...", Weight: 2));
            o.Replicas.Add(new("r2", "Server=db2;Database=shop;Username=app;Password=...", Weight: 1));
        });
        services.AddScoped<IOrderRepository, OrderRepository>();
        services.AddConsistentRepositories(); // IOrderRepository is now the generated ConsistentOrderRepository
    }

    public static ReplicatedMySqlDataSource ThroughProxy(ReplicatedMySqlOptions options)
    {
        var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(
                "Server=proxysql;Port=6033;Database=shop;Username=app;Password=...",
                ProxyDialect.ProxySql with
                {
                    PrimaryHostgroup = 10,
                }
            )
            .AddReplica("r1", "Server=db1", weight: 2) // nobody connects by it: the address is for ProxyConfiguration, and may be empty
            .AddReplica("r2", "Server=db2", weight: 1)
            .Build();

        File.WriteAllText(
            "proxysql.sql",
            ProxyConfiguration.For(ProxyDialect.ProxySql with { PrimaryHostgroup = 10, ReaderHostgroup = 11 }, options)
        );
        return source;
    }

    public static void ServeRequests(WebApplicationBuilder builder, WebApplication app)
    {
        builder.Services.AddReadSessions(o => o.Level = ReadConsistency.Causal);
        app.UseRouting();
        app.UseReadSessions();
    }

    public static void ServeRequestsAtLength(WebApplicationBuilder builder, WebApplication app)
    {
        builder.Services.AddReadSessions(o => o.Level = ReadConsistency.Causal); // Monotonic by default
        app.UseRouting();
        app.UseReadSessions(); // after UseRouting, so that [Causal] on an endpoint counts
    }

    public static async Task TravelAsync(ReadSession session, byte[] key)
    {
        var options = SessionTokenOptions.WithKey(key); // 32 bytes, the same in every process; older keys may follow
        var token = await session.ToTokenAsync(options); // what the session saw and wrote
        using var resumed = ReadSession.Resume(token, options);
    }

    public static void Configure(IServiceCollection services, IConfiguration configuration)
    {
        services.AddReplicatedMySqlDataSource(configuration.GetSection("Shop"));
    }

    public static void UseEntityFramework(IServiceCollection services, ServerVersion serverVersion)
    {
        services.AddDbContext<Shop>(
            (provider, o) => o.UseReplicatedMySql(provider.GetRequiredService<ReplicatedMySqlDataSource>(), serverVersion)
        );
    }
}
