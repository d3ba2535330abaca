using Microsoft.Extensions.DependencyInjection;
using MonotonicReads;
using Storefront.Data;
using Storefront.Repositories;

namespace Storefront.Pages;

/// <summary>Views pages of three repositories and prints what they saw.</summary>
internal static class TableOfPages
{
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromMilliseconds(10); // about a hundred a second

    public static async Task PrintAsync(IShopDatabase shop, int pages, CancellationToken cancellation)
    {
        Console.WriteLine(
            $"{shop.Kind}: one primary, three replicas 0, 1 and 3 seconds behind, a steady writer, "
                + "three repositories with the same four queries."
        );

        var services = new ServiceCollection();
        services.AddSingleton(shop.Source);
        services.AddKeyedScoped<IOrderPageRepository, UnannotatedOrderPageRepository>("unannotated");
        services.AddKeyedScoped<IOrderPageRepository, MonotonicOrderPageRepository>("[Monotonic]");
        services.AddKeyedScoped<IOrderPageRepository, EventualOrderPageRepository>("[Eventual]");
        services.AddConsistentRepositories(); // puts the generated wrapper around the [Monotonic] one
        await using var provider = services.BuildServiceProvider();

        string[] repositories = ["unannotated", "[Monotonic]", "[Eventual]"];
        var views = repositories.ToDictionary(name => name, name => new PageViews(provider, name));
        using var book = new OrderBook(shop.Source.Primary);
        await using (new SteadyWriter(book, BetweenChanges, Console.Error.WriteLine))
        {
            await Report.WithProgressAsync(views, pages, cancellation);
        }

        Report.Print(views);
    }
}
