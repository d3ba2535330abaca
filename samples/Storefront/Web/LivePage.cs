using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MonotonicReads;
using Storefront.Data;
using Storefront.Repositories;

namespace Storefront.Web;

/// <summary>The page on loopback, with everything that moves on it, until it is told to end.</summary>
internal static class LivePage
{
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromMilliseconds(50); // about twenty a second

    public static async Task ServeAsync(IShopDatabase shop, int port, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, port));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        // A page of somebody else whose name was made to lead to this machine gets no answer.
        builder.Services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["127.0.0.1", "localhost"]);
        builder.Services.AddSingleton(shop.Source);
        builder.Services.AddKeyedScoped<IOrderPageRepository, UnannotatedOrderPageRepository>("unannotated");
        builder.Services.AddKeyedScoped<IOrderPageRepository, MonotonicOrderPageRepository>("monotonic");
        builder.Services.AddKeyedScoped<IOrderPageRepository, CausalOrderPageRepository>("causal");
        builder.Services.AddKeyedScoped<IOrderPageRepository, SnapshotOrderPageRepository>("snapshot");
        builder.Services.AddKeyedScoped<IOrderPageRepository, PrimaryOrderPageRepository>("primary");
        builder.Services.AddConsistentRepositories(); // puts the generated wrapper around each annotated one

        await using var app = builder.Build();
        var stage = new Stage(shop);
        using var controls = new ReplicaControls(shop, stage);
        using var book = new OrderBook(shop.Source.Primary);
        var visits = new Visits(app.Services, shop, book, stage);
        app.UseHostFiltering();
        LiveApi.Map(app, stage, controls, visits);
        await app.StartAsync(cancellation);

        await using (new SteadyWriter(book, BetweenChanges, stage.Say))
        await using (new Visitors(visits, stage))
        await using (new LagWatch(shop, controls, stage))
        {
            Console.WriteLine($"{shop.Kind}: one primary and three replicas. Watch them at {app.Urls.First()} and press Ctrl+C to end.");
            await app.WaitForShutdownAsync(cancellation);
        }
    }
}
