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
            TimeProvider.System,
            new MonitorOptions { Timeout = TimeSpan.FromMinutes(1) }
        );
        await driver.IsOpening.Task.WaitAsync(TimeSpan.FromMinutes(1));
        monitor.Stop();
        await driver.WasCancelled.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Null(monitor.StateOf(primary));
    }

    private sealed class HangingDriver : DbDataSource
    {
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
            IsOpening.TrySetResult();
            await WasCancelled.Task;
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
