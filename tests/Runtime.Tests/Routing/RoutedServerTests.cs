using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Routing;

public class RoutedServerTests
{
    [Fact]
    public void A_time_beyond_all_counting_is_never_over()
    {
        using var source = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        var server = new RoutedServer("r", new ConnectionPool(source), isPrimary: false);
        server.LeaveAfter(TimeProvider.System, TimeSpan.MaxValue);
        Assert.False(server.IsGone(TimeProvider.System));
        server.MarkUnavailable(TimeProvider.System, TimeSpan.MaxValue);
        Assert.False(server.IsAvailable(TimeProvider.System));
        server.LeaveAfter(TimeProvider.System, TimeSpan.Zero);
        Assert.True(server.IsGone(TimeProvider.System));
    }

    [Fact]
    public void What_it_reached_is_not_more_than_it_said()
    {
        const string Source = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
        using var source = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        var server = new RoutedServer("r", new ConnectionPool(source), isPrimary: false);
        var gaps = string.Concat(Enumerable.Range(1, 2_000).Select(i => $":{2 * i}"));
        server.Learn(MySqlGtidSet.ParseReached($"{Source}{gaps}:5000", $"{Source}:4000#1"), server.Incarnation, at: 1);

        // The two answers came from two connections at once, with another transaction on its way each time.
        server.Learn(MySqlGtidSet.ParseReached($"{Source}{gaps}:5000", $"{Source}:5000#1"), server.Incarnation, at: 2);
        Assert.False(server.Reached!.Contains(MySqlGtidSet.Parse(Source + ":3")));
        Assert.True(server.Reached.Contains(MySqlGtidSet.Parse(Source + ":2")));
    }
}
