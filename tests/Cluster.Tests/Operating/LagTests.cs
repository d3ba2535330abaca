using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>Replication that does not run is no lag: with <c>MaxLag</c> such a replica takes no new sessions until it does.</summary>
public sealed class LagTests : IAsyncLifetime
{
    private MariaDbCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 2);
        await HealthTests.AdminAsync(_cluster.Primary, "create table app.notes (id int primary key, note varchar(20))");
        await _cluster.WaitForReplicasAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("STOP SLAVE SQL_THREAD", ReplicationState.Stopped, "its applier (SQL thread) was stopped")]
    [InlineData("STOP SLAVE IO_THREAD", ReplicationState.Stopped, "its receiver (IO thread) was stopped")]
    [InlineData("STOP SLAVE", ReplicationState.Stopped, "its receiver (IO thread) was stopped, and its applier (SQL thread) was stopped")]
    public async Task A_stopped_replica_is_out_and_comes_back(string stop, ReplicationState state, string problem)
    {
        await using var app = Build();
        await AllInAsync(app);
        await HealthTests.AdminAsync(_cluster.Replicas[0], stop);

        // A look may come between the ends of the two threads.
        var seen = (await app.StatesAsync(states => states[1].IsKeptOut && states[1].ReplicationProblem == problem))[1];
        Assert.Equal((ServerHealth.Up, state, null), (seen.Health, seen.Replication, seen.Lag));
        Assert.False(app.Source.GetServers()[2].IsKeptOut);
        await HealthTests.AdminAsync(_cluster.Replicas[0], "START SLAVE");
        await AllInAsync(app);
    }

    [Fact]
    public async Task A_replica_that_fell_over_an_error_says_which()
    {
        await using var app = Build();
        await AllInAsync(app);
        await HealthTests.AdminAsync(_cluster.Replicas[0], "set sql_log_bin = 0; insert into app.notes values (1, 'here')");
        await HealthTests.AdminAsync(_cluster.Primary, "insert into app.notes values (1, 'there')");
        var seen = (await app.StatesAsync(states => states[1].IsKeptOut))[1];
        Assert.Equal((ReplicationState.Failed, null), (seen.Replication, seen.Lag));
        Assert.StartsWith(
            "its applier (SQL thread) ended: error 1062, a row that is there already",
            seen.ReplicationProblem,
            StringComparison.Ordinal
        );
        Assert.Contains("Could not execute Write_rows", seen.ReplicationText, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', seen.ReplicationText!);
        await HealthTests.AdminAsync(_cluster.Replicas[0], "set sql_log_bin = 0; delete from app.notes; START SLAVE");
        await AllInAsync(app);
    }

    [Fact]
    public async Task A_replica_that_follows_nobody()
    {
        await using var app = Build();
        await AllInAsync(app);
        await HealthTests.AdminAsync(_cluster.Replicas[0], "STOP SLAVE; RESET SLAVE ALL");
        var seen = (await app.StatesAsync(states => states[1].IsKeptOut && states[1].Replication == ReplicationState.NotConfigured))[1];
        Assert.Equal(("it follows no server", null), (seen.ReplicationProblem, seen.Lag));
    }

    [Fact]
    public async Task A_delayed_replica_is_behind_by_its_delay_while_nothing_is_written()
    {
        await using var app = Build();
        await AllInAsync(app);
        await _cluster.Replicas[0].SetDelayAsync(TimeSpan.FromSeconds(60));
        var seen = (
            await app.StatesAsync(states => states[1] is { IsKeptOut: true, Replication: ReplicationState.Running, Lag: not null })
        )[1];
        Assert.Equal(TimeSpan.FromSeconds(60), seen.Lag);
        await _cluster.Replicas[0].SetDelayAsync(TimeSpan.Zero);
        await AllInAsync(app);
    }

    [Fact]
    public async Task Where_the_primary_is_gone_its_replicas_go_on()
    {
        await using var app = Build();
        await AllInAsync(app);
        await _cluster.Primary.KillAsync();
        await app.StatesAsync(states =>
            states[0].Health == ServerHealth.Down && states.Skip(1).All(one => one.Replication == ReplicationState.Connecting)
        );
        var seen = new List<IReadOnlyList<ServerState>>();
        var looked = app.Source.GetServers()[1].CheckedAt;
        for (var looks = 0; looks < 5; looks++)
        {
            seen.Add(await app.StatesAsync(states => states.Skip(1).All(one => one.CheckedAt > looked)));
            looked = seen[^1].Max(one => one.CheckedAt);
        }

        Assert.All(seen.SelectMany(states => states.Skip(1)), one => Assert.Equal((false, null), (one.IsKeptOut, one.Lag)));
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await using var connection = await app.Source.OpenConnectionAsync();
            Assert.Equal(0, await connection.ExecuteScalarAsync<int>("select count(*) from notes"));
        }

        await _cluster.Primary.RestartAsync();
        await AllInAsync(app);
    }

    [Fact]
    public async Task A_replica_that_lost_its_connection_alone_is_out()
    {
        await using var app = Build(TimeSpan.FromSeconds(1));
        await AllInAsync(app);

        // It knows its source by an address of its own, where nobody listens.
        await HealthTests.AdminAsync(_cluster.Replicas[0], "STOP SLAVE; CHANGE MASTER TO MASTER_PORT = 1; START SLAVE");
        var seen = (await app.StatesAsync(states => states[1] is { IsKeptOut: true, Replication: ReplicationState.Connecting }))[1];
        Assert.StartsWith("its receiver (IO thread) has no connection to its source", seen.ReplicationProblem, StringComparison.Ordinal);
        Assert.Null(seen.Lag);
    }

    [Fact]
    public async Task A_short_break_of_the_primary_puts_nobody_out_who_tries_again_late()
    {
        foreach (var replica in _cluster.Replicas)
        {
            await HealthTests.AdminAsync(replica, "STOP SLAVE; CHANGE MASTER TO MASTER_CONNECT_RETRY = 3600; START SLAVE");
        }

        await using var app = Build(TimeSpan.FromHours(1));
        await AllInAsync(app);
        await _cluster.Primary.KillAsync();
        await app.StatesAsync(states =>
            states[0].Health == ServerHealth.Down && states.Skip(1).All(one => one.Replication == ReplicationState.Connecting)
        );
        await _cluster.Primary.RestartAsync();
        await app.StatesAsync(states => states[0].Health == ServerHealth.Up);
        var looked = app.Source.GetServers().Max(one => one.CheckedAt);
        for (var looks = 0; looks < 5; looks++)
        {
            var states = await app.StatesAsync(states => states.All(one => one.CheckedAt > looked));
            Assert.All(states.Skip(1), one => Assert.Equal((ReplicationState.Connecting, false), (one.Replication, one.IsKeptOut)));
            looked = states.Max(one => one.CheckedAt);
        }

        foreach (var replica in _cluster.Replicas)
        {
            await HealthTests.AdminAsync(replica, "STOP SLAVE; START SLAVE");
        }

        await AllInAsync(app);
    }

    [Fact]
    public async Task A_start_while_the_primary_is_gone_puts_nobody_out_by_a_heartbeat()
    {
        await _cluster.Primary.KillAsync();
        await using var app = new Checked(
            _cluster.Primary.ConnectionString,
            _cluster.Replicas.Select(replica => replica.ConnectionString),
            o => o.Monitor = Checked.Often(m => (m.MaxLag, m.HeartbeatQuery) = (TimeSpan.FromSeconds(20), "select 1000"))
        );
        var looked = DateTimeOffset.MinValue;
        for (var looks = 0; looks < 5; looks++)
        {
            var states = await app.StatesAsync(states =>
                states.All(one => one.CheckedAt > looked) && states.Skip(1).All(one => one.Lag is not null)
            );
            Assert.All(states.Skip(1), one => Assert.False(one.IsKeptOut));
            looked = states.Max(one => one.CheckedAt)!.Value;
        }

        await _cluster.Primary.RestartAsync();
        await app.StatesAsync(states => states.Skip(1).All(one => one.IsKeptOut));
    }

    [Fact]
    public async Task Of_several_sources_the_primary_counts()
    {
        await using var other = await MariaDbCluster.StartAsync(replicas: 0);
        await HealthTests.AdminAsync(other.Primary, "set global server_id = 77");
        await using var app = Build();
        await AllInAsync(app);
        await HealthTests.AdminAsync(
            _cluster.Replicas[0],
            $"CHANGE MASTER 'other' TO MASTER_HOST='127.0.0.1', MASTER_PORT={other.Primary.Port}, MASTER_USER='app', MASTER_PASSWORD='app'; "
                + "START SLAVE 'other'"
        );
        await Eventually.IsAsync(
            async () =>
            {
                await using var connection = new MySqlConnection(_cluster.Replicas[0].AdminConnectionString);
                var rows = (await connection.QueryAsync("SHOW ALL SLAVES STATUS")).Cast<IDictionary<string, object>>();
                return rows.Any(row => (string)row["Connection_name"] == "other" && (string)row["Slave_IO_Running"] == "Yes");
            },
            "the other source is followed"
        );
        await HealthTests.AdminAsync(_cluster.Replicas[0], "STOP SLAVE 'other'");
        var looked = app.Source.GetServers()[1].CheckedAt;
        var seen = (await app.StatesAsync(states => states[1].CheckedAt > looked && states[1].Replication != ReplicationState.Unknown))[1];
        Assert.Equal((ReplicationState.Running, false), (seen.Replication, seen.IsKeptOut));
        await HealthTests.AdminAsync(_cluster.Replicas[0], "STOP SLAVE ''");
        Assert.Equal(ReplicationState.Stopped, (await app.StatesAsync(states => states[1].IsKeptOut))[1].Replication);
    }

    [Theory]
    [InlineData("select 'NaN'", null, "its HeartbeatQuery answered a text, which is no number of seconds")]
    [InlineData("select null", null, "its HeartbeatQuery answered nothing, which is no number of seconds")]
    [InlineData("select 1 from app.no_such_table", null, "its HeartbeatQuery failed (error 1146, a table that is not there)")]
    [InlineData("select 1e300", double.MaxValue, null)]
    [InlineData("select -5", 0.0, null)]
    [InlineData("select 2.5", 2.5, null)]
    public async Task A_heartbeat_says_seconds_or_nothing(string query, double? seconds, string? problem)
    {
        await using var app = new Checked(
            _cluster.Primary.ConnectionString,
            _cluster.Replicas.Select(replica => replica.ConnectionString),
            o => o.Monitor = Checked.Often(m => m.HeartbeatQuery = query)
        );
        var seen = (
            await app.StatesAsync(states => states[1].Health == ServerHealth.Up && states[1].Replication == ReplicationState.Running)
        )[1];
        Assert.Equal(seconds is double.MaxValue ? TimeSpan.MaxValue.TotalSeconds : seconds, seen.Lag?.TotalSeconds);
        Assert.Equal(problem, seen.ReplicationProblem);
    }

    [Fact]
    public async Task A_server_that_keeps_its_lag_to_itself_is_up()
    {
        await using var app = new Checked(
            _cluster.Primary.ConnectionString,
            _cluster.Replicas.Select(replica => replica.ConnectionString),
            o =>
                o.Monitor = Checked.Often(m =>
                    (m.HeartbeatQuery, m.Timeout, m.FailuresUntilDown) = ("select sleep(600)", TimeSpan.FromSeconds(2), 1_000_000)
                )
        );
        var seen = (await app.StatesAsync(states => states[1] is { ReplicationProblem: not null, Health: ServerHealth.Up, Error: null }))[
            1
        ];
        Assert.Equal(
            (ServerHealth.Up, null, null, "it does not say in time how far behind it is"),
            (seen.Health, seen.Error, seen.Lag, seen.ReplicationProblem)
        );
    }

    [Fact]
    public async Task A_killed_connection_of_the_monitor_is_made_again()
    {
        await using var app = Build();
        await AllInAsync(app);
        for (var i = 0; i < 5; i++)
        {
            await using var connection = new MySqlConnection(_cluster.Replicas[0].AdminConnectionString);
            foreach (
                var id in await connection.QueryAsync<long>(
                    "select id from information_schema.processlist where user = 'app' and command != 'Binlog Dump'"
                )
            )
            {
                await connection
                    .ExecuteAsync($"kill {id}")
                    .WaitAsync(TimeSpan.FromMinutes(1))
                    .ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        await AllInAsync(app);
    }

    private Checked Build(TimeSpan? maxLag = null) =>
        new(
            _cluster.Primary.ConnectionString,
            _cluster.Replicas.Select(replica => replica.ConnectionString),
            o => o.Monitor = Checked.Often(m => m.MaxLag = maxLag ?? TimeSpan.FromSeconds(20))
        );

    private static async Task AllInAsync(Checked app) =>
        await app.StatesAsync(states =>
            states.All(one =>
                one is { Health: ServerHealth.Up, IsKeptOut: false, Error: null } && (one.IsPrimary || one.Lag == TimeSpan.Zero)
            )
        );
}
