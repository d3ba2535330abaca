using Microsoft.Extensions.DependencyInjection;
using Storefront.Data;
using Storefront.Repositories;

namespace Storefront.Pages;

/// <summary>Visitors who look at one order after the other, each page in a scope of its own as a web request would be.</summary>
internal sealed class PageViews(IServiceProvider services, string repository)
{
    private const int Visitors = 4;
    private static readonly TimeSpan ThinkTime = TimeSpan.FromMilliseconds(10);

    private readonly Lock _counting = new();

    public int Views { get; private set; }

    public int Backwards { get; private set; }

    public int ServersUsed { get; private set; }

    public int MostServersUsed { get; private set; }

    /// <summary>The last page that saw time run backwards, to show what that looks like.</summary>
    public OrderPage? Example { get; private set; }

    public Task RunAsync(int pages, Action onPage, CancellationToken cancellation) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Visitors)
                .Select(visitor => VisitAsync((pages / Visitors) + (visitor < pages % Visitors ? 1 : 0), onPage, cancellation))
        );

    private async Task VisitAsync(int pages, Action onPage, CancellationToken cancellation)
    {
        for (var page = 0; page < pages; page++)
        {
            await using (var request = services.CreateAsyncScope())
            {
                var orders = request.ServiceProvider.GetRequiredKeyedService<IOrderPageRepository>(repository);
                Count(await orders.GetAsync(Random.Shared.Next(1, Schema.Orders + 1)));
            }

            onPage();
            await Task.Delay(ThinkTime, cancellation);
        }
    }

    private void Count(OrderPage page)
    {
        lock (_counting)
        {
            Views++;
            ServersUsed += page.ServersUsed;
            MostServersUsed = Math.Max(MostServersUsed, page.ServersUsed);
            if (page.SawTimeRunBackwards)
            {
                Backwards++;
                Example = page;
            }
        }
    }
}
