using System.Data.Common;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.Monitoring;
using MonotonicReads.Observability;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Monitoring;

public class ServerMonitorTests
{
    /// <summary>MySqlConnector's callback shuts a socket down, and throws where that broke in the same moment.</summary>
    [Fact]
    public async Task What_a_drivers_callback_throws_at_the_end_is_not_thrown_at_who_ends_it()
    {
        var driver = new HangingDriver();
        var primary = new RoutedServer("primary", new ConnectionPool(driver), isPrimary: true);
        var monitor = new ServerMonitor(
            "shop",
            primary,
            new ReplicaTable([]),
            new RoutingReports(NullLogger.Instance, static _ => { }, "shop", TimeProvider.System),
            divergence: null,
            new ReplicaProgress(primary, TimeProvider.System),
            new StateAge(primary, TimeProvider.System),
            TimeProvider.System,
            new MonitorOptions { Timeout = TimeSpan.FromMinutes(1) }
        );
        await driver.IsOpening.Task.WaitAsync(TimeSpan.FromMinutes(1));
        monitor.Stop();
        await driver.WasCancelled.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Null(monitor.StateOf(primary));
    }

    /// <summary>What is ambient where the replicas are changed is a request's, and loops live as long as the data source.</summary>
    [Fact]
    public async Task A_replica_that_comes_later_is_watched_outside_of_what_added_it()
    {
        var primary = new RoutedServer("primary", new ConnectionPool(new HangingDriver()), isPrimary: true);
        var monitor = new ServerMonitor(
            "shop",
            primary,
            new ReplicaTable([]),
            new RoutingReports(NullLogger.Instance, static _ => { }, "shop", TimeProvider.System),
            divergence: null,
            new ReplicaProgress(primary, TimeProvider.System),
            new StateAge(primary, TimeProvider.System),
            TimeProvider.System,
            new MonitorOptions { Timeout = TimeSpan.FromMinutes(1) }
        );
        HangingDriver.Ambient.Value = "a request";
        var driver = new HangingDriver();
        monitor.Follow(new ReplicaTable([(new RoutedServer("late", new ConnectionPool(driver), isPrimary: false), 1)]));
        await driver.IsOpening.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Null(driver.Seen);
        Assert.Equal("a request", HangingDriver.Ambient.Value);
        monitor.Stop();
    }

    private sealed class HangingDriver : DbDataSource
    {
        public static readonly AsyncLocal<string?> Ambient = new();

        public string? Seen { get; private set; } = "nothing";

        public TaskCompletionSource IsOpening { get; } = new();

        public TaskCompletionSource WasCancelled { get; } = new();

        public override string ConnectionString => "";

        protected override DbConnection CreateDbConnection() => throw new NotSupportedException();

        protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            await using var registration = cancellationToken.Register(() =>
            {
                WasCancelled.TrySetResult();
                throw new InvalidDataException("the driver's callback");
            });
            Seen = Ambient.Value;
            IsOpening.TrySetResult();
            await WasCancelled.Task;
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
