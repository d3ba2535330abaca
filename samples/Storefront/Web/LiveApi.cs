using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Storefront.Web;

/// <summary>The page's files, its stream of events, and what its controls do. What changes something takes JSON alone, which a page from
/// elsewhere cannot send without being asked for leave, and nobody gives that.</summary>
internal static class LiveApi
{
    public static void Map(WebApplication app, Stage stage, ReplicaControls controls, Visits visits)
    {
        app.Use(
            (context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy =
                    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                context.Response.Headers.CacheControl = "no-store";
                return next(context);
            }
        );
        var files = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "Web", "Page"));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files });

        var ending = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.MapGet(
            "/events",
            (HttpContext context) =>
            {
                var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
                context.Response.RegisterForDispose(gone);
                return TypedResults.ServerSentEvents(stage.Tabs.ListenAsync(stage.Everything, gone.Token));
            }
        );
        app.MapGet("/code/{annotation}", Code);
        app.MapPost("/settings", (SettingsChange change) => Change(stage, change));
        app.MapPost("/replicas/{name}", (string name, ReplicaChange change) => ChangeAsync(controls, name, change));
        app.MapPost("/orders", (NewOrder order) => OrderAsync(visits, order));
        app.MapPost(
            "/tallies/clear",
            (Nothing _) =>
            {
                stage.Clear();
                return TypedResults.NoContent();
            }
        );
    }

    // The source that runs, as it was built.
    private static IResult Code(string annotation)
    {
        if (Annotation.Find(annotation) is not { } known)
        {
            return TypedResults.NotFound();
        }

        return TypedResults.Stream(typeof(LiveApi).Assembly.GetManifestResourceStream(known.Source)!, "text/plain; charset=utf-8");
    }

    private static Results<NoContent, ProblemHttpResult> Change(Stage stage, SettingsChange change)
    {
        if (change.Annotation is { } name && Annotation.Find(name) is var annotation)
        {
            var why = annotation is null
                ? $"There is no annotation '{name}', only {string.Join(", ", Annotation.All.Select(known => known.Name))}."
                : stage.UnavailableBecause(annotation);
            if (why is not null)
            {
                return Wrong(why);
            }
        }

        if (change.PagesPerSecond is < 0 or > Stage.MostPagesPerSecond)
        {
            return Wrong($"Pages per second go from 0 to {Stage.MostPagesPerSecond}.");
        }

        stage.Change(change);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> ChangeAsync(
        ReplicaControls controls,
        string name,
        ReplicaChange change
    )
    {
        if (!controls.Knows(name))
        {
            return TypedResults.NotFound();
        }

        if (change.Lag is not (null or (>= 0 and <= Stage.MostLagSeconds)))
        {
            return Wrong($"A lag goes from 0 to {Stage.MostLagSeconds} seconds.");
        }

        await controls.ChangeAsync(name, change);
        return TypedResults.NoContent();
    }

    // A visit of its own: a look, an order, and another look.
    private static async Task<Results<Ok<OrderOutcome>, ProblemHttpResult>> OrderAsync(Visits visits, NewOrder order)
    {
        if (order.User is not { Length: > 0 and <= 20 })
        {
            return Wrong("A user has a name of 1 to 20 characters.");
        }

        return await visits.RunAsync(order.User, pages: 2, orderBefore: 2, () => new(true)) is { Placed: not null } page
            ? TypedResults.Ok(new OrderOutcome(page))
            : TypedResults.Problem(
                "There was an error page instead; see what the runtime said.",
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
    }

    private static ProblemHttpResult Wrong(string why) => TypedResults.Problem(why, statusCode: StatusCodes.Status400BadRequest);
}
