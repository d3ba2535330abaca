using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads;
using Storefront.Data;
using Storefront.Repositories;

namespace Storefront.Web;

/// <summary>
/// A user's pages one after the other, through whichever repository is switched on. Where it is annotated a visit is one session, as
/// <c>UseReadSessions()</c> makes it of the requests of a browser: the wrapper of each page joins it.
/// </summary>
internal sealed class Visits(IServiceProvider services, IShopDatabase shop, OrderBook book, Stage stage)
{
    private const int MostTries = 5;

    private long _pages;

    /// <summary>One visit; it ends early where the annotation is changed.</summary>
    /// <param name="user">Who comes.</param>
    /// <param name="pages">How many pages he looks at.</param>
    /// <param name="orderBefore">Before which of them he orders something; that page is then the order's.</param>
    /// <param name="isTurn">Waits for the next page; false to end.</param>
    /// <returns>The last page; null where there was an error page instead.</returns>
    public async Task<PageView?> RunAsync(string user, int pages, int orderBefore, Func<ValueTask<bool>> isTurn)
    {
        var annotation = stage.Annotation;
        var session = annotation.Visit is { } level ? ReadSession.Begin(level) : null;
        try
        {
            var seen = 0L;
            for (var n = 1; ; n++)
            {
                var order = Random.Shared.NextInt64(1, Schema.Orders + 1);
                var placed = n == orderBefore ? await book.ChangeAsync(order) : null;
                OrderPage page;
                string? note = null;
                try
                {
                    (page, note) = await LookAsync(annotation, order);
                }
                catch (ReplicaLostException) when (!shop.HasPositions)
                {
                    // SQLite tells no positions, so nothing proves to the runtime that another server has what was seen. Here the primary
                    // always has: it commits before any replica does.
                    session!.Dispose();
                    session = ReadSession.Begin(ReadConsistency.Primary);
                    (page, note) = await LookAsync(annotation, order);
                    note ??= "The session had lost its replica, and went on on the primary.";
                }

                var view = View(user, annotation, page, placed, seen, note);
                seen = Math.Max(seen, view.Reads.Max(read => read.Applied));
                stage.Show(view);
                if (n == pages || stage.Annotation != annotation || !await isTurn() || stage.Annotation != annotation)
                {
                    return view;
                }
            }
        }
        catch (Exception exception) when (ServerFailure.Is(exception))
        {
            // Where a replica is lost and nothing is proved to have what this user saw, he gets an error page rather than an older one.
            stage.Say($"A visit ended: {exception.Message}");
            return null;
        }
        finally
        {
            session?.Dispose();
        }
    }

    // Each page in a scope of its own, as a web request would be. A connection that breaks in the middle of an answer is the driver's
    // exception, and a user would press F5.
    private async Task<(OrderPage Page, string? Note)> LookAsync(Annotation annotation, long order)
    {
        for (var tries = 1; ; tries++)
        {
            await using var request = services.CreateAsyncScope();
            var orders = request.ServiceProvider.GetRequiredKeyedService<IOrderPageRepository>(annotation.Name);
            try
            {
                return (await orders.GetAsync(order), tries == 1 ? null : "A connection broke in the middle of an answer: read again.");
            }
            catch (DbException exception) when (exception is not ReplicaLostException && tries < MostTries)
            {
                stage.Say("A connection broke in the middle of an answer: the page was read again.");
            }
        }
    }

    private PageView View(string user, Annotation annotation, OrderPage page, OrderChange? placed, long seenBefore, string? note)
    {
        var (newest, seen) = (book.Newest, 0L);
        var reads = new List<ReadMark>();
        foreach (var sighting in page.Sightings)
        {
            var missing = Math.Max(0, Math.Max(seen, seenBefore) - sighting.Applied);
            reads.Add(
                new ReadMark(
                    sighting.What,
                    sighting.Server,
                    sighting.Applied,
                    Math.Max(0, newest - sighting.Applied),
                    missing,
                    Within: sighting.Applied < seen
                )
            );
            seen = Math.Max(seen, sighting.Applied);
        }

        return new PageView(
            Interlocked.Increment(ref _pages),
            user,
            annotation.Name,
            page.Order.Id,
            reads,
            placed?.Sequence,
            placed is not null && page.Sightings.Any(sighting => sighting.Sequence < placed.Sequence),
            note
        );
    }
}
