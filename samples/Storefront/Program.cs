using Microsoft.Extensions.DependencyInjection;
using MonotonicReads;
using Storefront;
using Storefront.Data;
using Storefront.Pages;
using Storefront.Repositories;

if (Arguments.Parse(args, out var error) is not { } arguments)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

await using IShopDatabase shop = arguments.MariaDb ? await MariaDbShop.CreateAsync() : await EmbeddedShop.CreateAsync();
Console.WriteLine(
    $"{(arguments.MariaDb ? "MariaDB" : "SQLite")}: one primary, three replicas 0, 1 and 3 seconds behind, a steady writer, "
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
await using (new SteadyWriter(shop.Source.Primary))
{
    await Report.WithProgressAsync(views, arguments.Pages);
}

Report.Print(views);
return 0;
