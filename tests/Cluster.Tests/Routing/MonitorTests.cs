using System.Diagnostics;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What the monitor sees of servers that lag, die and come back, and what it keeps from new sessions.</summary>
public sealed class MonitorTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private static MonitorOptions Fast(Action<MonitorOptions>? more = null)
    {
        var options = new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMilliseconds(500) };
        more?.Invoke(options);
        return options;
    }

    [Fact]
    public async Task Every_server_is_seen_with_its_position_and_identity()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System).UseMonitor(Fast()));
        // A replica whose link to the primary is being made again has no lag to tell: its seconds are null then.
        var states = await UntilAsync(
            source,
            s => s.All(server => server.Health == ServerHealth.Up && server.IsPrimary == server.Lag is null)
        );

        Assert.Equal(["primary", "replica1", "replica2", "replica3"], states.Select(s => s.Name));
        Assert.Equal([true, false, false, false], states.Select(s => s.IsPrimary));
        Assert.Equal([false, true, true, true], states.Select(s => s.IsReadOnly));
        Assert.Equal(["server_id=1", "server_id=2", "server_id=3", "server_id=4"], states.Select(s => s.Identity));
        Assert.All(states, s => Assert.False(s.Position!.IsEmpty));
        Assert.Null(states[0].Lag);
        Assert.All(states.Skip(1), s => Assert.NotNull(s.Lag));
        Assert.All(states, s => Assert.False(s.IsKeptOut));
    }

    [Fact]
    public async Task Without_it_nothing_is_known()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System));
        Assert.All(source.GetServers(), s => Assert.Equal((ServerHealth.Unknown, null, null), (s.Health, s.Position, s.CheckedAt)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dead_or_stopped_replica_is_kept_out_until_it_is_back_for_good(bool isKilled)
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System).UseMonitor(Fast()));
        await UntilAsync(source, s => s.All(server => server.Health == ServerHealth.Up));
        var victim = fixture.Cluster.Replicas[1];
        await (isKilled ? victim.KillAsync() : victim.PauseAsync());
        try
        {
            await UntilAsync(source, s => s[2] is { Health: ServerHealth.Down, IsKeptOut: true, Error: not null });
            using var clock = MachineTime.Start();
            for (var i = 0; i < 40; i++)
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                Assert.NotEqual("replica2", await RoutingFixture.AskAsync(source));
            }

            Assert.True(clock.Elapsed.TotalSeconds < 2, "A new session ran into the dead replica.");
        }
        finally
        {
            await (isKilled ? victim.RestartAsync() : victim.ResumeAsync());
        }

        await UntilAsync(source, s => s[2] is { Health: ServerHealth.Up, IsKeptOut: false });
    }

    [Fact]
    public async Task A_replica_that_lags_too_far_takes_no_new_sessions_and_keeps_its_own()
    {
        // A heartbeat that a test can turn: how many rows there are is how far the replica is behind.
        await using var source = fixture.BuildSource(b =>
            b.UseTimeProvider(TimeProvider.System)
                .UseMonitor(
                    Fast(o =>
                    {
                        o.MaxLag = TimeSpan.FromSeconds(3);
                        o.HeartbeatQuery =
                            "select if((select name from this_server) = 'replica2', (select count(*) from writes where note = 'lag'), 0)";
                    })
                )
        );
        await UntilAsync(source, s => s.All(server => server.Health == ServerHealth.Up));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[1]));
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));

        await BehindAsync(5);
        var state = (await UntilAsync(source, s => s[2].IsKeptOut))[2];
        Assert.Equal((ServerHealth.Up, TimeSpan.FromSeconds(5)), (state.Health, state.Lag));
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
        session.Dispose();
        using (ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[1])))
        {
            Assert.NotEqual("replica2", await RoutingFixture.AskAsync(source));
        }

        // At the bound it would flap: it comes back at half of it.
        await BehindAsync(2);
        await UntilAsync(source, s => s[2].Lag == TimeSpan.FromSeconds(2));
        Assert.True(source.GetServers()[2].IsKeptOut);
        await BehindAsync(1);
        await UntilAsync(source, s => !s[2].IsKeptOut);
    }

    [Fact]
    public async Task Where_it_is_told_to_running_sessions_leave_a_replica_that_lags_too_far()
    {
        await using var source = fixture.BuildSource(b =>
            b.UseTimeProvider(TimeProvider.System)
                .UseMonitor(
                    Fast(o =>
                    {
                        (o.MaxLag, o.MovesLaggingSessions) = (TimeSpan.FromSeconds(3), true);
                        o.HeartbeatQuery =
                            "select if((select name from this_server) = 'replica2', (select count(*) from writes where note = 'lag'), 0)";
                    })
                )
        );
        var events = new System.Collections.Concurrent.ConcurrentQueue<(ReadSessionEventKind, string)>();
        source.SessionEvent += (_, e) => events.Enqueue((e.Kind, e.Reason));
        await BehindAsync(1);
        await UntilAsync(source, s => s.All(server => server.Health == ServerHealth.Up && !server.IsKeptOut));
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(fixture.Cluster.Replicas[1]),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 10_000 }
        );
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));

        await BehindAsync(5);
        await UntilAsync(source, s => s[2].IsKeptOut);
        var next = await RoutingFixture.AskAsync(source);
        Assert.Contains(next, new[] { "replica1", "replica3" });
        Assert.Equal([(ReadSessionEventKind.ReplicaLost, "too far behind"), (ReadSessionEventKind.Moved, "too far behind")], events);

        // It is not moved back.
        await BehindAsync(1);
        await UntilAsync(source, s => !s[2].IsKeptOut);
        Assert.Equal(next, await RoutingFixture.AskAsync(source));
        using var other = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(fixture.Cluster.Replicas[1]));
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
    }

    [Fact]
    public async Task It_follows_the_membership_and_ends_with_the_data_source()
    {
        var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System).UseMonitor(Fast()));
        await UntilAsync(source, s => s.All(server => server.Health == ServerHealth.Up));
        source.UpdateReplicas([.. fixture.Cluster.Replicas.Take(1).Select(r => new ReplicaSettings(r.Name, r.ConnectionString))]);
        Assert.Equal([ServerHealth.Up, ServerHealth.Up], source.GetServers().Select(s => s.Health));
        source.UpdateReplicas([.. fixture.Cluster.Replicas.Take(2).Select(r => new ReplicaSettings(r.Name, r.ConnectionString))]);
        await UntilAsync(source, s => s.Count == 3 && s.All(server => server.Health == ServerHealth.Up));
        await source.DisposeAsync();
        Assert.All(source.GetServers(), s => Assert.Equal(ServerHealth.Unknown, s.Health));
    }

    [Fact]
    public void Options_are_checked()
    {
        var builder = new ReplicatedMySqlDataSourceBuilder();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.UseMonitor(new MonitorOptions { Interval = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.UseMonitor(new MonitorOptions { Jitter = 1.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.UseMonitor(new MonitorOptions { FailuresUntilDown = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.UseDrainTimeout(TimeSpan.FromSeconds(-1)));
    }

    private async Task BehindAsync(int seconds)
    {
        await using var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlConnector.MySqlCommand(
            "delete from writes where note = 'lag'; insert into writes (server, note) select 'primary', 'lag' from seq_1_to_" + seconds,
            connection
        );
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<ServerState>> UntilAsync(
        ReplicatedMySqlDataSource source,
        Func<IReadOnlyList<ServerState>, bool> isSo
    )
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < 60; await Task.Delay(10))
        {
            if (source.GetServers() is var states && isSo(states))
            {
                return states;
            }
        }

        throw new TimeoutException(string.Join("; ", source.GetServers()));
    }
}
