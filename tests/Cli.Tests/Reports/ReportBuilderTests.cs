using MonotonicReads.Cli.Reports;
using MonotonicReads.Cli.Reports.Building;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>What the report says of a solution.</summary>
public class ReportBuilderTests
{
    private static readonly Report Shop = ShopReport.OfShop();

    [Fact]
    public void Each_state_is_told_apart()
    {
        Assert.Equal(
            [
                ("Open", ReportState.Open),
                ("Saved", ReportState.Open),
                ("Kept<T>", ReportState.Baselined),
                ("Silent", ReportState.Suppressed),
                ("Accepted", ReportState.Accepted),
                ("Pinned", ReportState.Pinned),
                ("Session", ReportState.Pinned),
                ("Moment", ReportState.Snapshot),
                ("Caused", ReportState.Causal),
                ("Tight", ReportState.Primary),
            ],
            Shop.Units.Select(static u => (Words.Bare(u.Name)["Orders.".Length..], u.State))
        );
    }

    [Fact]
    public void Callers_are_members_of_the_whole_solution_through_interfaces_too()
    {
        Assert.Equal(["Pages.Again(int)", "Pages.Page(int)"], Unit("Open").Callers.Select(static c => c.Name));
        Assert.Empty(Unit("Saved").Callers);
    }

    [Fact]
    public void Calls_of_another_project_count()
    {
        const string Source = """
            using System.Data;
            using Dapper;
            public interface IOrders { void Get(); }
            public class Orders(IDbConnection db) : IOrders
            {
                public void Get() { db.Query("SELECT 1 FROM t"); db.Query("SELECT 2 FROM t"); }
            }
            """;
        var data = ShopReport.Survey("Data", [("/shop/Data/Orders.cs", Source)]);
        var web = ShopReport.Survey(
            "Web",
            [
                ("/shop/Web/IOrders.cs", "public interface IOrders { void Get(); }"),
                (
                    "/shop/Web/Page.cs",
                    "class Page(IOrders orders) { void Show() { orders.Get(); orders.Get(); } void Get() { } void Other() => Get(); }"
                ),
            ]
        );

        var unit = Assert.Single(new ReportBuilder([data, web], "/shop", CancellationToken.None).Build("Shop.sln", null, []).Units);

        // What shares the name alone is no caller, and two calls of one member are one.
        Assert.Equal(["Page.Show()"], unit.Callers.Select(static c => c.Name));
    }

    [Fact]
    public void A_project_for_two_frameworks_counts_once_with_what_either_reports()
    {
        const string Source = """
            using System.Data;
            using Dapper;
            public class Orders(IDbConnection db)
            {
                public void Both() { db.Query("SELECT 1 FROM t"); db.Query("SELECT 2 FROM t"); }
            #if NEW
                public void New() { db.Query("SELECT 1 FROM t"); db.Query("SELECT 2 FROM t"); }
            #endif
            }
            """;
        (string, string)[] files = [("/shop/Orders.cs", Source)];

        var report = new ReportBuilder(
            [ShopReport.Survey("Shop", files), ShopReport.Survey("Shop", files, symbols: "NEW")],
            "/shop",
            CancellationToken.None
        ).Build("Shop.sln", null, []);

        Assert.Equal(["Orders.Both()", "Orders.New()"], report.Units.Select(static u => u.Name));
        Assert.Single(report.Projects);
        Assert.Equal(4, report.Estimate.All);
    }

    [Fact]
    public void Each_place_that_reads_has_a_fate()
    {
        Assert.Equal(
            new Dictionary<ReadFate, int>
            {
                [ReadFate.Alone] = 1,
                // Accepted, Pinned, Moment, Caused and Session, two each.
                [ReadFate.Settled] = 10,
                // Open with the line count that it calls; Kept and Silent, two each.
                [ReadFate.NeedsMonotonic] = 6,
                [ReadFate.NeedsCausal] = 1,
                [ReadFate.DeclaredPrimary] = 2,
                [ReadFate.PrimaryStatement] = 1,
            },
            Shop.Estimate.Counts.Where(static c => c.Places > 0).ToDictionary(static c => c.Fate, static c => c.Places)
        );
        Assert.Equal((21, 11, 7, 3), (Shop.Estimate.All, Shop.Estimate.LeaveNow, Shop.Estimate.LeaveOnceSettled, Shop.Estimate.Stay));
    }

    [Fact]
    public void A_unit_says_how_many_of_its_reads_can_leave()
    {
        Assert.Equal(new UnitReads(CanLeave: 2, Stay: 0), Unit("Open").Reads);
        Assert.Equal(new UnitReads(CanLeave: 0, Stay: 2), Unit("Tight").Reads);
    }

    [Fact]
    public void The_way_to_a_read_goes_down_to_its_statement()
    {
        var open = Unit("Open");
        var way = CallPath.To(Shop, open.Method, Assert.Single(open.Findings).Meetings[0].Later, reads: true);

        Assert.Equal(["Count", "ExecuteScalar"], way.Select(static s => Shop.Methods[s.Method].Sites[s.Site].Name));
    }

    [Fact]
    public void What_is_called_most_and_not_settled_comes_first()
    {
        Assert.Equal([Unit("Open").Id], HotSpots.MostCalled(Shop, 10).Select(static u => u.Id));
        Assert.Empty(HotSpots.MostShared(Shop, 10));
    }

    private static ReportUnit Unit(string name) =>
        Assert.Single(Shop.Units, u => u.Name.StartsWith($"Orders.{name}(", StringComparison.Ordinal));
}
