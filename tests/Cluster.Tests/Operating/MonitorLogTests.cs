using Microsoft.Extensions.Logging;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>What the monitor logs: what is well is information, what is not is a warning, once for each change.</summary>
public sealed class MonitorLogTests : IAsyncLifetime
{
    private MariaDbCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await MariaDbCluster.StartAsync(replicas: 2);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_start_a_fall_and_a_recovery()
    {
        var log = new Recorder();
        await using var source = Build(log, "app");
        await UntilAsync(log, "24 Information replica1 up", "24 Information replica2 up", "24 Information primary up");

        await _cluster.Replicas[0].StopApplyingAsync();
        await UntilAsync(log, "26 Warning replica1", "8 Warning replica1 up");
        await _cluster.Replicas[0].StartApplyingAsync();
        await UntilAsync(log, "27 Information replica1", "24 Information replica1 up");
        await _cluster.Replicas[1].KillAsync();
        await UntilAsync(log, "8 Warning replica2 down");
        await _cluster.Replicas[1].RestartAsync();
        await UntilAsync(log, "24 Information replica2 up");
    }

    [Fact]
    public async Task An_end_of_replication_is_told_once_and_its_recovery_too_whatever_came_between()
    {
        var log = new Recorder();
        await using var source = Build(log, "app");
        await UntilAsync(log, "24 replica1 up");
        await HealthTests.AdminAsync(_cluster.Replicas[0], "STOP SLAVE");
        await UntilAsync(log, "26 replica1");
        await _cluster.Replicas[0].KillAsync();
        await UntilAsync(log, "8 replica1 down");

        // It comes back as it was, and is told to follow.
        await _cluster.Replicas[0].RestartAloneAsync();
        await Eventually.IsAsync(
            () => source.GetServers()[1] is { Error: null, Health: ServerHealth.Up, Replication: ReplicationState.Stopped },
            "it is back"
        );
        await HealthTests.AdminAsync(_cluster.Replicas[0], "START SLAVE");
        await UntilAsync(log, "27 replica1");
        Assert.DoesNotContain(log.Records, record => record.Id == 26 && record.Text.Contains("replica1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_servers_own_text_is_for_who_debugs()
    {
        await HealthTests.AdminAsync(_cluster.Primary, "create table app.notes (id int primary key, note varchar(20))");
        await _cluster.WaitForReplicasAsync();
        var log = new Recorder();
        await using var source = Build(log, "app");
        await UntilAsync(log, "24 replica1 up");
        await HealthTests.AdminAsync(_cluster.Replicas[0], "set sql_log_bin = 0; insert into app.notes values (4711, 'here')");
        await HealthTests.AdminAsync(_cluster.Primary, "insert into app.notes values (4711, 'there')");
        await UntilAsync(log, "34 replica1 4711", "26 replica1 1062");
        Assert.All(
            log.Records.Where(record => record.Level > LogLevel.Debug),
            record => Assert.DoesNotContain("4711", record.Text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_lag_that_nobody_knows_is_told_once()
    {
        await HealthTests.AdminAsync(
            _cluster.Primary,
            "create user poor identified by 'app'; grant select on app.* to poor; grant binlog monitor on *.* to poor"
        );
        await _cluster.WaitForReplicasAsync();
        var log = new Recorder();
        await using var source = Build(log, "poor");
        await UntilAsync(log, "28 replica1", "28 replica2");
        var looked = source.GetServers()[1].CheckedAt;
        for (var looks = 0; looks < 3; looks++)
        {
            await Eventually.IsAsync(() => source.GetServers()[1].CheckedAt > looked, "the next look");
            looked = source.GetServers()[1].CheckedAt;
        }

        Assert.DoesNotContain(log.Records, record => record.Id == 28);
    }

    private ReplicatedMySqlDataSource Build(Recorder log, string user)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(As(_cluster.Primary, user))
            .UseMonitor(Checked.Often(m => m.MaxLag = TimeSpan.FromSeconds(30)))
            .UseLoggerFactory(log);
        foreach (var replica in _cluster.Replicas)
        {
            builder.AddReplica(replica.Name, As(replica, user));
        }

        return builder.Build();
    }

    private static string As(MariaDbServer server, string user) =>
        new MySqlConnector.MySqlConnectionStringBuilder(server.ConnectionString) { UserID = user }.ConnectionString;

    // Each of them comes, and is taken away; what else came stays to be seen.
    private static async Task UntilAsync(Recorder log, params string[] wanted)
    {
        foreach (var one in wanted)
        {
            await Eventually.IsAsync(() => log.TryTake(one), $"{one}; there is {string.Join(", ", log.Records)}");
        }
    }

    private sealed class Recorder : ILoggerFactory, ILogger
    {
        private readonly List<(int Id, LogLevel Level, string Text)> _records = [];

        public IReadOnlyCollection<(int Id, LogLevel Level, string Text)> Records
        {
            get
            {
                lock (_records)
                {
                    return [.. _records];
                }
            }
        }

        public bool TryTake(string wanted)
        {
            var words = wanted.Split(' ');
            lock (_records)
            {
                var at = _records.FindIndex(record =>
                    record.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == words[0]
                    && words.Skip(1).All(word => $"{record.Level} {record.Text}".Contains(word, StringComparison.Ordinal))
                );
                if (at >= 0)
                {
                    _records.RemoveAt(at);
                }

                return at >= 0;
            }
        }

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "MonotonicReads" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

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
            lock (_records)
            {
                _records.Add((eventId.Id, logLevel, formatter(state, exception)));
            }
        }

        public void Dispose() { }
    }
}
