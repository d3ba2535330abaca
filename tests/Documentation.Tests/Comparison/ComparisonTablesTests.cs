using MonotonicReads.Benchmarks.Peers.Results;

namespace MonotonicReads.Documentation.Tests.Comparison;

using Comparison = MonotonicReads.Benchmarks.Peers.Results.Comparison;

/// <summary>How results become rows.</summary>
public sealed class ComparisonTablesTests
{
    private static readonly SeenResult Seen = new(200, 1, 100, 50, 0, 100, 0.125);
    private static readonly FastResult One = new(1, 2_000, 1.234, 1.2, 1.3);

    [Fact]
    public void One_of_many_is_not_rounded_away() =>
        Assert.Contains(
            "| a | 1 of 200 (0.5 %) | 50 of 100 (50.0 %) | 0 | 100 of 100 (100.0 %) | 12.5 % | 7 |",
            Tables(new PeerResult("a", "a", 7, Seen)),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_ratio_has_its_spread() =>
        Assert.Contains("| a | 1.23 (1.20 to 1.30) |", Tables(new PeerResult("a", "a", 7, Fast: [One])), StringComparison.Ordinal);

    [Fact]
    public void What_was_not_measured_has_no_row_and_a_level_no_number()
    {
        var tables = Tables(
            new PeerResult("a", "a", 7, Seen, [One, One with { Concurrency = 16 }]),
            new PeerResult("b", "b", 7, Fast: [One])
        );
        Assert.DoesNotContain("What a fault shows", tables, StringComparison.Ordinal);
        Assert.DoesNotContain("| b | 1 of", tables, StringComparison.Ordinal);
        Assert.Contains("| b | 1.23 (1.20 to 1.30) | – |", tables, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_that_no_page_felt_is_told_from_one_at_its_first_moment()
    {
        var none = new FaultResult(100, 0, 0, 20, null, new Dictionary<string, int>());
        var one = none with { Failed = 1, LastFailureSeconds = 0.01, LongestMilliseconds = 2_040 };
        var tables = Tables(new PeerResult("a", "a", 7, Killed: new(none, one)), new PeerResult("b", "b", 7, Killed: new(one, none)));
        Assert.Contains("| a | 0 | 0 | none failed | 0.0 s | 1 of 100 (1.0 %) | 0 | 2.0 s |", tables, StringComparison.Ordinal);
        Assert.Contains("| b | 1 of 100 (1.0 %) | 0 | 0.0 s | 2.0 s | 0 | 0 | 0.0 s |", tables, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_is_measured_anew_leaves_the_others()
    {
        var earlier = new PeerResult("a", "a", 7, Seen, [One]);
        var later = new PeerResult("a", "a", 8, Seen with { Backwards = 2 }).Over(earlier);
        Assert.Equal((8, 2, One), (later.Lines, later.Seen!.Backwards, Assert.Single(later.Fast!)));
        Assert.Null(later.Killed);
    }

    private static string Tables(params PeerResult[] peers) =>
        ComparisonTables.Of(new Comparison(new(2026, 1, 2), "command", "machine", ["package 1"], peers));
}
