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

if (args.Intersect(FirstTry.Help).Any())
{
    Console.WriteLine(FirstTry.Usage);
    return 0;
}

await using var servers = await FirstTry.ServersAsync(args);
if (servers is null)
{
    return 1;
}

var builder = WebApplication.CreateBuilder([.. args.Where(arg => arg != LocalServers.Option)]);
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

services.AddExceptionHandler<TryAgainHandler>();
services.AddProblemDetails();
services.AddHostedService<StockReport>();
services.AddHealthChecks().AddReplicatedMySql();
services
    .AddOpenTelemetry()
    .WithMetrics(metrics => metrics.AddMeter(MonotonicReadsTelemetry.MeterName).AddConsoleExporter())
    .WithTracing(traces => traces.AddSource(MonotonicReadsTelemetry.ActivitySourceName).AddConsoleExporter());

await using var app = builder.Build();
if (!await app.TryCreateTablesAsync())
{
    return 1;
}

await servers.FallBehindAsync();

app.UseExceptionHandler(); // outside the sessions: an answer to what failed has the cookie as well
app.UseRouting();
app.UseReadSessions(); // after UseRouting, so that annotations on endpoints count
app.MapCatalogue();
app.MapOrders();
app.MapHealthChecks("/health", new() { ResponseWriter = HealthAnswer.WriteAsync });
await app.RunAsync();
return 0;
