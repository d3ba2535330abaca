using MonotonicReads.Cli.Reports;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>Names stay names in a comment, and it stays short.</summary>
public class MarkdownReportTests
{
    [Fact]
    public void A_route_cannot_break_the_table_nor_become_markup()
    {
        var report = ShopReport.OfShop();
        report = report with
        {
            Solution = "a|b <img> #1",
            Units = [.. report.Units.Select(static u => u with { Name = "GET /a|`b`<script>" })],
            Gaps = ["<b>|*x*"],
        };

        var text = MarkdownReport.Render(report);

        Assert.Contains("## Read consistency of a\\|b \\<img\\> \\#1\n", text, StringComparison.Ordinal);
        Assert.Contains("| `` GET /a\\|`b`<script> `` | 2 | open |\n", text, StringComparison.Ordinal);
        Assert.Contains("> \\<b\\>\\|\\*x\\*\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void However_much_there_is_it_fits_a_comment()
    {
        var report = ShopReport.OfShop();
        var many = report with { Units = [.. Enumerable.Range(0, 2000).SelectMany(_ => report.Units)] };

        Assert.InRange(MarkdownReport.Render(many).Length, 1, 10_000);
    }

    [Fact]
    public void Without_units_there_is_little_to_say()
    {
        var report = ShopReport.Of([("/shop/Empty.cs", "class Empty;")]);

        Assert.Equal("## Read consistency of Shop.sln\n\nNo reads meet in 1 project.\n", MarkdownReport.Render(report));
    }
}
