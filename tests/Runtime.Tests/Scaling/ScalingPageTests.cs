using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MonotonicReads.Benchmarks.Scaling;

namespace MonotonicReads.Runtime.Tests.Scaling;

/// <summary>What docs/scaling.md shows of the simulations is what they give: nothing there is measured, and nothing was changed by
/// hand. The table of a loss is compared where replicas can be simulated, in Testing.Tests.</summary>
public class ScalingPageTests
{
    [Fact]
    public async Task The_table_and_the_plots_of_a_rolling_change_are_what_its_simulation_gives()
    {
        var table = await RollingFigures.RunAsync();
        var page = await File.ReadAllTextAsync(ScalingTable.PathOf("docs/scaling.md"));
        Assert.Equal(page.ReplaceLineEndings("\n"), table.WrittenInto(page.ReplaceLineEndings("\n")));
        Assert.Equal(2, table.Plots.Count);
        Assert.All(table.Plots, plot => IsDrawn(plot.Key, plot.Value));
    }

    [Fact]
    public void So_are_the_plots_of_the_primarys_load_and_of_the_monitors()
    {
        IsDrawn(LossPlot.File, LossPlot.Make());
        IsDrawn(MonitorPlot.File, MonitorPlot.Make());
    }

    /// <summary>How many questions a look asks is measured, and told below the table; the rest follows.</summary>
    [Fact]
    public async Task The_rows_of_the_monitors_follow_from_what_a_look_asks()
    {
        var page = await File.ReadAllTextAsync(ScalingTable.PathOf("docs/scaling.md"));
        var table = page.Split("<!-- written by scaling-monitor: begin -->")[1].Split("<!-- written by scaling-monitor: end -->")[0];
        var note = Regex.Match(table, @"primary\s+(?<primary>[\d.]+)\s+questions\s+and\s+a\s+replica\s+(?<replica>[\d.]+)");
        Assert.True(note.Success, table);
        Assert.Equal(
            MonitorRows.Of(Number("primary"), Number("replica")).Select(static row => $"| {string.Join(" | ", row)} |"),
            table.ReplaceLineEndings("\n").Split('\n').Where(static line => line.StartsWith('|')).Skip(2)
        );

        double Number(string group) => double.Parse(note.Groups[group].Value.TrimEnd('.'), CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_table_that_is_another_is_seen_and_a_page_without_its_place_too()
    {
        var table = new ScalingTable(
            "some",
            ["a"],
            [
                ["1"],
            ]
        );
        const string Page =
            "before\n<!-- written by scaling-some: begin -->\n\n| a |\n|---|\n| 2 |\n\n<!-- written by scaling-some: end -->\nafter\n";
        Assert.Equal(Page.Replace("| 2 |", "| 1 |", StringComparison.Ordinal), table.WrittenInto(Page));
        Assert.Throws<InvalidOperationException>(() => table.WrittenInto("before\nafter\n"));
    }

    private static void IsDrawn(string file, LinePlot plot)
    {
        var drawn = plot.Draw();
        Assert.Equal(drawn, File.ReadAllText(ScalingTable.PathOf($"docs/images/{file}")), ignoreLineEndingDifferences: true);
        Assert.Equal("svg", XDocument.Parse(drawn).Root!.Name.LocalName);
    }
}
