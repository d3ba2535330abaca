using MonotonicReads.Cli.Explaining;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Cli.Tests.Reports;

namespace MonotonicReads.Cli.Tests.Explaining;

/// <summary>What a user means by a rule and a place.</summary>
public class FindingSearchTests
{
    private static readonly Report Shop = ShopReport.OfShop();

    [Fact]
    public void The_line_of_the_report_or_of_one_of_its_places_will_do()
    {
        var saved = Shop.Units.First(static u => u.Name.StartsWith("Orders.Saved", StringComparison.Ordinal));
        var line = saved.Place.Line;

        Assert.Equal(saved.Id, Assert.Single(Search("MR1003", line).Exact).Unit.Id);
        Assert.Equal(saved.Id, Assert.Single(Search("MR1003", line + 3).Exact).Unit.Id);
        Assert.Empty(Search("MR1003", line + 4).Exact);
        Assert.Empty(Search("MR1001", line).Exact);
    }

    [Fact]
    public void A_wrong_place_leads_to_the_nearest_of_the_rule_first()
    {
        var near = Search("MR1003", 1).Nearest;

        Assert.Equal("MR1003", near[0].Finding.Rule);
        Assert.Equal(8, near.Count);
        Assert.Empty(FindingSearch.In(Shop, "MR1003", SourcePlace.Parse("Other.cs:1"), "/shop").Nearest);
    }

    private static FindingSearch Search(string rule, int line) =>
        FindingSearch.In(Shop, rule, new SourcePlace("src/Orders & more.cs", line), "/shop");
}
