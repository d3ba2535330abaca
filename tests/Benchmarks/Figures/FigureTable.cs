using Spectre.Console;

namespace MonotonicReads.Benchmarks.Figures;

internal static class FigureTable
{
    public static void Print(IReadOnlyList<Figure> figures)
    {
        // Redirected output has no width of its own, and a table that wraps cannot be read.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 150);
        var table = new Table().Border(TableBorder.Ascii2).AddColumns("what", "time", "ratio", "target", "met");
        table.Columns[1].RightAligned();
        table.Columns[2].RightAligned();
        foreach (var group in figures.GroupBy(figure => figure.Group))
        {
            table.AddRow($"[bold]{Markup.Escape(group.Key)}[/]");
            foreach (var figure in group)
            {
                table.AddRow(
                    Markup.Escape($"  {figure.What}"),
                    Markup.Escape(figure.Time),
                    Markup.Escape(figure.Ratio),
                    Markup.Escape(figure.Target ?? ""),
                    figure.IsMet switch
                    {
                        true => "[green]yes[/]",
                        false => "[red]NO[/]",
                        null => "",
                    }
                );
            }
        }

        AnsiConsole.Write(table);
        var aimed = figures.Where(figure => figure.IsMet is not null).ToArray();
        Console.WriteLine(
            $"{aimed.Count(figure => figure.IsMet == true)} of {aimed.Length} targets met. Ratios are to the nearest 1.00 of the same group, from one run: best iterations, for reads the first percentile, for throughput the median of pairs."
        );
    }
}
