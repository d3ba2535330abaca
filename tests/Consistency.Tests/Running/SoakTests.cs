using MonotonicReads.Consistency.Checking;

namespace MonotonicReads.Consistency.Tests.Running;

/// <summary>Memory and connections over time.</summary>
public sealed class SoakTests
{
    [Fact]
    public void What_grows_all_the_time_is_told() =>
        Assert.Equal([Promise.Memory], Judge(minute => 50_000_000 + minute * 2_000_000, _ => 80));

    [Fact]
    public void So_are_connections() => Assert.Equal([Promise.Connections], Judge(_ => 50_000_000, minute => 80 + minute));

    [Fact]
    public void What_is_filled_once_and_swings_is_flat() =>
        Assert.Empty(Judge(minute => minute < 7 ? minute * 8_000_000 : 50_000_000 + minute % 3 * 3_000_000, minute => 80 + minute % 5));

    private static IEnumerable<Promise> Judge(Func<int, long> heap, Func<int, int> connections)
    {
        var summary = new Summary(new RunOptions(1_800, 1));
        for (var minute = 1; minute <= 30; minute++)
        {
            summary.Add(new Minute(minute, heap(minute), 0, connections(minute), 1, 1));
        }

        summary.JudgeSoak();
        return summary.Violations.Select(v => v.Violation.Promise);
    }
}
