using System.Globalization;
using Spectre.Console;

namespace Storefront.Pages;

/// <summary>The progress while the pages are viewed, and the table at the end.</summary>
internal static class Report
{
    public static Task WithProgressAsync(IReadOnlyDictionary<string, PageViews> views, int pages, CancellationToken cancellation) =>
        AnsiConsole
            .Progress()
            .StartAsync(progress =>
                Task.WhenAll(
                    views.Select(async pair =>
                    {
                        var bar = progress.AddTask(Markup.Escape(pair.Key), maxValue: pages);
                        await pair.Value.RunAsync(pages, () => bar.Increment(1), cancellation);
                    })
                )
            );

    public static void Print(IReadOnlyDictionary<string, PageViews> views)
    {
        var table = new Table().AddColumn("repository");
        table.AddColumn(new TableColumn("page views").RightAligned());
        table.AddColumn(new TableColumn("saw time run backwards").RightAligned());
        table.AddColumn(new TableColumn("replicas used per page").RightAligned());
        foreach (var (name, seen) in views)
        {
            var colour = seen.Backwards == 0 ? "green" : "red";
            var average = (double)seen.ServersUsed / seen.Views;
            table.AddRow(
                Markup.Escape(name),
                Format($"{seen.Views:N0}"),
                Format($"[{colour}]{seen.Backwards:N0}[/]"),
                Format($"{average:F2} (at most {seen.MostServersUsed})")
            );
        }

        AnsiConsole.Write(table);
        if (views.Values.Select(seen => seen.Example).FirstOrDefault(example => example is not null) is { } page)
        {
            var steps = page.Sightings.Select(sighting => Format($"{sighting.What} at change {sighting.Sequence} on {sighting.Server}"));
            AnsiConsole.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"One such page, order {page.Order.Id}: {string.Join(", ", steps)}."
            );
        }
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
