using System.Collections;
using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What goes wrong leaks nothing, holds nobody up and ends no loop.</summary>
public sealed class ExceptionPathTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    [Fact]
    public async Task A_database_that_the_primary_has_not_costs_no_connection_of_its_pool()
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await admin.ExecuteAsync("set sql_log_bin = 0; create database only_here");
        try
        {
            await using var source = Build("MaximumPoolSize=3;ConnectionTimeout=5");
            for (var i = 0; i < 4; i++)
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(Replica));
                await using var connection = await source.OpenConnectionAsync();
                await connection.ChangeDatabaseAsync("only_here");
                var unknown = await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("create table t (id int)"));
                Assert.Equal(MySqlErrorCode.UnknownDatabase, unknown.ErrorCode);
            }

            await using var primary = await source.Primary.OpenConnectionAsync();
            Assert.Equal(1, await primary.ExecuteAsync("insert into writes (server) values ('')"));
        }
        finally
        {
            await admin.ExecuteAsync("set sql_log_bin = 0; drop database only_here");
        }
    }

    /// <summary>With CancellationTimeout=-1 the driver closes the connection of a statement that took too long, and asks nobody.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callers_own_CommandTimeout_is_no_loss_of_the_replica(bool isAsync)
    {
        await using var source = Build("CancellationTimeout=-1;DefaultCommandTimeout=1");
        var events = new List<ReadSessionEventKind>();
        source.SessionEvent += (_, args) => events.Add(args.Kind);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }
        );
        await using (var locking = new MySqlConnection(Replica.AdminConnectionString))
        {
            await locking.OpenAsync();
            await locking.ExecuteAsync("lock tables app.this_server write");
            await using var connection = await source.OpenConnectionAsync();
            var late = await Assert.ThrowsAsync<MySqlException>(() =>
                isAsync
                    ? connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers)
                    : Task.Run(() => connection.ExecuteScalar<string>(RoutingFixture.WhoAnswers))
            );
            Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, late.ErrorCode);
            await locking.ExecuteAsync("unlock tables");
        }

        Assert.Equal(Replica.Name, await RoutingFixture.AskAsync(source));
        Assert.Empty(events);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_statement_after_its_snapshot_has_ended_says_so_at_once(bool isAsync)
    {
        await using var source = Build("ConnectionTimeout=120");
        ReplicatedConnection connection;
        DbConnection driver;
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            connection = await source.OpenConnectionAsync();
            await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
            driver = connection.Inner;
        }

        await Eventually.IsAsync(() => driver.State == ConnectionState.Closed, "the snapshot's connection has gone back");
        await using (connection)
        {
            // Dapper would open it again.
            await using var command = connection.CreateCommand();
            command.CommandText = "select 1";
            var late = isAsync ? command.ExecuteScalarAsync() : Task.Run(() => command.ExecuteScalar());
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => late.WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.StartsWith("The snapshot session has ended", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Replicas_that_come_while_the_data_source_ends_are_refused()
    {
        var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System).UseMonitor());
        var before = source.GetServers().Select(server => server.Name);
        var late = new LateList(() => source.Dispose(), new ReplicaSettings("late", Replica.ConnectionString + ";ApplicationName=late"));
        Assert.Throws<ObjectDisposedException>(() => source.UpdateReplicas(late));
        Assert.Equal(before, source.GetServers().Select(server => server.Name));
        await source.DisposeAsync();
    }

    [Fact]
    public async Task A_logger_that_throws_ends_no_watch_and_breaks_no_opening()
    {
        using var logger = new ThrowingLogger();
        await using var source = fixture.BuildSource(b =>
            b.UseTimeProvider(TimeProvider.System)
                .UseLoggerFactory(logger)
                .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) })
        );
        await Eventually.IsAsync(() => source.GetServers().All(server => server.Health == ServerHealth.Up), "all are up");
        await Replica.PauseAsync();
        await Eventually.IsAsync(() => source.GetServers().Any(server => server.Health == ServerHealth.Down), "one is down");
        await Replica.ResumeAsync();
        await Eventually.IsAsync(() => source.GetServers().All(server => server.Health == ServerHealth.Up), "all are up again");
        Assert.NotEqual(0, logger.Told);
        Assert.StartsWith("replica", await RoutingFixture.AskAsync(source), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_beyond_all_counting_are_for_ever()
    {
        await using var source = fixture.BuildSource(b =>
            b.UseDrainTimeout(TimeSpan.MaxValue)
                .UseMonitor(new MonitorOptions { Interval = TimeSpan.MaxValue, Timeout = TimeSpan.MaxValue })
        );
        await Eventually.IsAsync(() => source.GetServers().All(server => server.Health == ServerHealth.Up), "all are up");
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(Replica));
        Assert.Equal(Replica.Name, await RoutingFixture.AskAsync(source));
        source.UpdateReplicas([
            .. fixture.Cluster.Replicas.Select(replica => new ReplicaSettings(
                replica.Name,
                replica.ConnectionString,
                replica == Replica ? 0 : 1
            )),
        ]);
        Assert.Equal(Replica.Name, await RoutingFixture.AskAsync(source));
    }

    private ReplicatedMySqlDataSource Build(string more)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(fixture.Cluster.Primary.ConnectionString + ";" + more);
        foreach (var (replica, index) in fixture.Cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica(replica.Name, replica.ConnectionString + ";" + more, weight: index + 1);
        }

        return builder.Build();
    }

    /// <summary>Does something when somebody counts it.</summary>
    private sealed class LateList(Action counted, ReplicaSettings replica) : IReadOnlyList<ReplicaSettings>
    {
        public int Count
        {
            get
            {
                counted();
                return 1;
            }
        }

        public ReplicaSettings this[int index] => replica;

        public IEnumerator<ReplicaSettings> GetEnumerator() => Enumerable.Repeat(replica, 1).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class ThrowingLogger : ILoggerFactory, ILogger
    {
        private int _told;

        public int Told => _told;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            Interlocked.Increment(ref _told);
            throw new InvalidDataException("a logger");
        }

        public void Dispose() { }
    }
}
