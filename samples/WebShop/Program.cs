using Microsoft.EntityFrameworkCore;
using MonotonicReads;
using MonotonicReads.AspNetCore;
using MonotonicReads.EntityFrameworkCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WebShop.Catalogue;
using WebShop.Jobs;
using WebShop.Orders;
using WebShop.Running;

[assembly: Causal] // entry points open causal sessions: requests by UseReadSessions, the job by ReadSession.Begin

await using var servers = await LocalServers.StartIfAskedAsync(args);
var builder = WebApplication.CreateBuilder([.. args.Except([LocalServers.Option])]);
builder.Configuration.AddInMemoryCollection(servers.Settings);
var services = builder.Services;

// Where the servers are: appsettings.json, followed while it changes.
services.AddReplicatedMySqlDataSource(builder.Configuration.GetSection("Shop"));
services.AddDbContext<ShopContext>(
    (provider, options) =>
        options.UseReplicatedMySql(
            provider.GetRequiredService<ReplicatedMySqlDataSource>(),
            ServerVersion.Parse(builder.Configuration["ServerVersion"])
        )
);

// Repositories, and around each annotated one its generated wrapper.
services.AddScoped<ICatalogue, CatalogueRepository>();
services.AddScoped<IOrders, OrderRepository>();
services.AddConsistentRepositories();

// A session for each request; a cookie takes it to the user's next one.
services.AddReadSessions(options =>
{
    builder.Configuration.GetSection("ReadSessions").Bind(options);
    if (builder.Environment.IsDevelopment())
    {
        options.Cookie!.SecurePolicy = CookieSecurePolicy.SameAsRequest; // plain http on this machine
    }
});

services.AddHostedService<StockReport>();
services.AddHealthChecks().AddReplicatedMySql();
services
    .AddOpenTelemetry()
    .WithMetrics(metrics => metrics.AddMeter(MonotonicReadsTelemetry.MeterName).AddConsoleExporter())
    .WithTracing(traces => traces.AddSource(MonotonicReadsTelemetry.ActivitySourceName).AddConsoleExporter());

await using var app = builder.Build();
await app.CreateTablesAsync();
await servers.FallBehindAsync();

app.UseRouting();
app.UseReadSessions(); // after UseRouting, so that annotations on endpoints count
app.MapCatalogue();
app.MapOrders();
app.MapHealthChecks("/health");
await app.RunAsync();
