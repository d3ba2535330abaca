namespace MonotonicReads.Costs.Tests.Ledger;

/// <summary>The comparison itself: no number that differs passes, and a file says what it was written from.</summary>
public class CostFileTests
{
    private static readonly CostSection Known = new("Bytes", [new("a read", 120), new("a session", 72.5m), new("a token", 0)]);

    [Fact]
    public void The_same_costs_in_any_order_differ_in_nothing() => Assert.Empty(Known.DifferencesTo([.. Known.Costs.Reverse()]));

    [Fact]
    public void One_more_or_less_is_told_with_both_numbers() =>
        Assert.Equal(
            ["a read: 121, was 120 (+1)", "a session: 72, was 72.5 (-0.5)"],
            Known.DifferencesTo([new("a read", 121), new("a session", 72), new("a token", 0)])
        );

    [Fact]
    public void A_line_that_only_one_of_them_has_is_told() =>
        Assert.Equal(
            ["a write: 8, and costs.txt has no such line", "a token: not measured any more, and still in costs.txt"],
            Known.DifferencesTo([new("a read", 120), new("a session", 72.5m), new("a write", 8)])
        );

    [Fact]
    public void What_is_written_is_read_again()
    {
        CostSection[] sections = [new(CostFile.RoundTrips, [new("plain", 3)]), Known with { Title = CostFile.Allocations }];
        var read = CostFile.Parse(CostFile.Text(sections).Split('\n'));
        Assert.Equal([CostFile.Allocations, CostFile.RoundTrips], read.Select(static section => section.Title));
        Assert.Empty(read[0].DifferencesTo(Known.Costs));
        Assert.Empty(read[1].DifferencesTo(sections[0].Costs));
    }
}
