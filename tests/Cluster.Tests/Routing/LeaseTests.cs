using System.Diagnostics.Metrics;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Sessions;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What a planned series keeps between its reads, and that it gives it back.</summary>
public sealed class LeaseTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Mark = "select this_connection() from this_server";

    private static ReadSession Series(int reads, string? key = null) =>
        key is null
            ? ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { Reads = reads })
            : ReadSession.Begin(ReadConsistency.Monotonic, key, new ReadSessionOptions { Reads = reads });

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    public async Task A_planned_series_is_read_on_one_connection_that_is_reset_once(int planned, int resets)
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new ClockWithoutTimers()));
        await WarmAsync(source);
        using var session = Series(planned, fixture.KeyOn(fixture.Cluster.Replicas[0]));
        var before = await ResetsAsync(fixture.Cluster.Replicas[0]);
        var ids = new HashSet<long>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await AskAsync(source));
        }

        Assert.Single(ids);
        Assert.Equal(resets, await ResetsAsync(fixture.Cluster.Replicas[0]) - before);
    }

    [Fact]
    public async Task Synchronous_reads_keep_it_too()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new ClockWithoutTimers()));
        await WarmAsync(source);
        using var session = Series(3, fixture.KeyOn(fixture.Cluster.Replicas[0]));
        var before = await ResetsAsync(fixture.Cluster.Replicas[0]);
        for (var i = 0; i < 3; i++)
        {
            using var connection = source.OpenConnection();
            connection.ExecuteScalar<long>(Mark);
        }

        Assert.Equal(1, await ResetsAsync(fixture.Cluster.Replicas[0]) - before);
    }

    [Fact]
    public async Task It_goes_back_with_the_last_planned_read_and_with_the_session()
    {
        const string name = "kept or not";
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica(name, fixture.Cluster.Replicas[0].ConnectionString)
            .UseTimeProvider(new ClockWithoutTimers())
            .Build();
        using var inUse = new ConnectionsInUse(name);
        using (Series(2))
        {
            await AskAsync(source);
            Assert.Equal(1, inUse.Count);
            await AskAsync(source);
            Assert.Equal(0, inUse.Count);
        }

        using (Series(5))
        {
            await AskAsync(source);
            Assert.Equal(1, inUse.Count);
        }

        Assert.Equal(0, inUse.Count);
    }

    [Fact]
    public async Task Whoever_waits_for_a_connection_gets_the_one_that_is_kept()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new ClockWithoutTimers()), maximumPoolSize: 1);
        using var session = Series(9);
        var server = await AskWhoAsync(source);
        for (var i = 0; i < 20; i++)
        {
            await AskAsync(source);
            await FromOutsideAsync(source, server);
        }
    }

    [Fact]
    public async Task It_goes_back_when_it_is_idle_for_too_long()
    {
        await using var source = fixture.BuildSource();
        await WarmAsync(source);
        using var session = Series(9, fixture.KeyOn(fixture.Cluster.Replicas[0]));
        var before = await ResetsAsync(fixture.Cluster.Replicas[0]);
        await AskAsync(source);
        await Task.Delay(SessionLease.LongestIdle * 40);
        await AskAsync(source);
        Assert.Equal(2, await ResetsAsync(fixture.Cluster.Replicas[0]) - before);
    }

    [Fact]
    public async Task Concurrent_reads_take_others_and_stay_on_the_replica()
    {
        await using var source = fixture.BuildSource(maximumPoolSize: 3);
        for (var round = 0; round < 20; round++)
        {
            using var session = Series(40);
            var servers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => AskWhoAsync(source))));
            Assert.Single(servers.Distinct());
        }

        // None was lost on the way.
        foreach (var replica in fixture.Cluster.Replicas)
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => FromOutsideAsync(source, replica.Name)));
        }
    }

    [Fact]
    public async Task What_could_have_changed_it_gives_it_up()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new ClockWithoutTimers()));
        await WarmAsync(source);
        using var session = Series(9, fixture.KeyOn(fixture.Cluster.Replicas[0]));
        await AskAsync(source);
        var before = await ResetsAsync(fixture.Cluster.Replicas[0]);
        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.IsType<MySqlConnection>(connection.Inner);
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            await connection.ChangeDatabaseAsync("information_schema");
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal("app", connection.Database);
        }

        Assert.Equal(2, await ResetsAsync(fixture.Cluster.Replicas[0]) - before);
    }

    [Fact]
    public async Task A_write_between_runs_on_the_primary_and_the_reads_follow_it()
    {
        await using var source = fixture.BuildSource();
        using var session = Series(9);
        Assert.StartsWith("replica", await AskWhoAsync(source), StringComparison.Ordinal);
        await using (var connection = await source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            Assert.Equal("primary", await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers, transaction: transaction));
        }

        Assert.Equal("primary", await AskWhoAsync(source));
    }

    [Fact]
    public async Task A_closed_data_source_keeps_nothing()
    {
        var source = fixture.BuildSource();
        using var session = Series(9, fixture.KeyOn(fixture.Cluster.Replicas[0]));
        var id = await AskAsync(source);
        await source.DisposeAsync();
        await using var admin = new MySqlConnection(fixture.Cluster.Replicas[0].AdminConnectionString);
        await Eventually.IsAsync(
            async () =>
                await admin.ExecuteScalarAsync<long>("select count(*) from information_schema.processlist where id = @id", new { id }) == 0,
            "the connection is gone from the server"
        );
    }

    // Opened once, so that what follows counts resets alone.
    private async Task WarmAsync(ReplicatedMySqlDataSource source)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[0]));
        await AskAsync(source);
    }

    /// <summary>How often connections were reset on a server: the pool does that before each use of one, and nothing else here
    /// counts as an administrative command.</summary>
    internal static async Task<long> ResetsAsync(MariaDbServer server)
    {
        await using var admin = new MySqlConnection(
            new MySqlConnectionStringBuilder(server.AdminConnectionString) { Pooling = false }.ConnectionString
        );
        return await admin.ExecuteScalarAsync<long>(
            "select variable_value from information_schema.global_status where variable_name = 'COM_ADMIN_COMMANDS'"
        );
    }

    // As somebody else would, who must not wait: the pool's own time limit is 15 seconds.
    private async Task FromOutsideAsync(ReplicatedMySqlDataSource source, string? server = null)
    {
        Task other;
        using (ExecutionContext.SuppressFlow())
        {
            other = Task.Run(async () =>
            {
                foreach (var replica in fixture.Cluster.Replicas.Where(r => server is null || r.Name == server))
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(replica));
                    Assert.Equal(replica.Name, await AskWhoAsync(source));
                }
            });
        }

        await other.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static async Task<long> AskAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Mark);
    }

    private static async Task<string> AskWhoAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers))!;
    }

    /// <summary>How many connections of a pool are out, by the driver's own count.</summary>
    internal sealed class ConnectionsInUse : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public ConnectionsInUse(string pool)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "MySqlConnector", Name: "db.client.connections.usage" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>(
                (_, change, tags, _) =>
                {
                    if (tags.Contains(new("state", "used")) && tags.Contains(new("pool.name", pool)))
                    {
                        Interlocked.Add(ref _count, change);
                    }
                }
            );
            _listener.Start();
        }

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Nothing goes back here because of the time.</summary>
    internal sealed class ClockWithoutTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => default;
        }
    }
}
