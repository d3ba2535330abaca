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
}
