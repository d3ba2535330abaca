using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>No read shows a state that is older than its session asks for: by what the replicas are known to have, and by a clock that the
/// tests move.</summary>
public sealed class FreshnessTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>, IAsyncLifetime
{
    private static long _lastId = 3_000_000;

    private const string Newest = "select coalesce(max(id), 0) from writes";
    private const int Minute = 60_000;

    private static readonly ReadSessionOptions OfThisMinute = Bound();

    private readonly MovedTime _time = new();
    private readonly List<string> _events = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StartApplyingAsync()));
        await fixture.Cluster.WaitForReplicasAsync();
    }

    [Fact]
    public async Task A_replica_that_is_young_enough_is_read_however_many_writes_it_lacks()
    {
        await using var source = Build();
        await ReadAsync(source, OfThisMinute);
        var before = await HoldAllAsync();
        await WriteOutsideAsync();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
        Assert.Equal(before, await NewestAsync(source));
        Assert.NotEqual("primary", Assert.Single(session.GetDecisions()).Server);
    }

    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    [InlineData(ReadConsistency.Snapshot)]
    public async Task Where_all_are_too_old_the_primary_answers_and_says_so(ReadConsistency level)
    {
        await using var source = Build();
        await ReadAsync(source, OfThisMinute);
        var before = await HoldAllAsync();
        var written = await WriteOutsideAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        using (ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions()))
        {
            Assert.Equal(before, await NewestAsync(source));
        }

        using var session = ReadSession.Begin(level, OfThisMinute);
        Assert.Equal(written, await NewestAsync(source));
        Assert.Equal("primary", Assert.Single(session.GetDecisions()).Server);
        Assert.Contains(_events, e => e.StartsWith("NoReplicaAvailable", StringComparison.Ordinal) && e.Contains("fresh enough"));
    }

    [Fact]
    public async Task One_that_proves_it_is_read_after_any_time()
    {
        await using var source = Build();
        for (var i = 0; i < 10; i++)
        {
            var written = await WriteOutsideAsync();
            await fixture.Cluster.WaitForReplicasAsync();
            _time.Move(TimeSpan.FromMinutes(2));
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
            Assert.Equal(written, await NewestAsync(source));
            Assert.NotEqual("primary", Assert.Single(session.GetDecisions()).Server);
        }
    }

    [Fact]
    public async Task One_that_is_too_old_is_left_for_one_that_is_not()
    {
        await using var source = Build();
        var late = fixture.Cluster.Replicas[2];
        await HoldAsync(late);
        var written = await WriteOutsideAsync();
        await fixture.Cluster.Replicas[0].CatchUpAsync();
        await fixture.Cluster.Replicas[1].CatchUpAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 5; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(late), OfThisMinute);
            Assert.Equal(written, await NewestAsync(source));
            Assert.DoesNotContain(Assert.Single(session.GetDecisions()).Server, new[] { "primary", late.Name });
        }
    }

    [Fact]
    public async Task A_replica_that_stops_in_the_middle_is_lost()
    {
        await using var source = Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
        await NewestAsync(source);
        await HoldAllAsync();
        var written = await WriteOutsideAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(written, await NewestAsync(source));
        Assert.Equal("primary", session.GetDecisions()[^1].Server);
        Assert.Contains(_events, e => e.StartsWith("ReplicaLost", StringComparison.Ordinal) && e.Contains("too stale"));
        Assert.Contains(_events, e => e.StartsWith("Moved", StringComparison.Ordinal) && e.Contains("primary"));
    }

    [Fact]
    public async Task Under_Fail_it_throws()
    {
        await using var source = Build();
        await NewestInAsync(source, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail });
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Bound(ReplicaLoss.Fail));
        await NewestAsync(source);
        await HoldAllAsync();
        await WriteOutsideAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        Assert.Contains("not known to be as fresh", lost.Message, StringComparison.Ordinal);
        using var other = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid().ToString(), Bound(ReplicaLoss.Fail));
        lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        Assert.Contains("known to be fresh enough", lost.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReplicaLoss.CaughtUp)]
    [InlineData(ReplicaLoss.Redraw)]
    public async Task Where_the_policy_lets_it_it_goes_to_a_replica_that_is_young_enough(ReplicaLoss policy)
    {
        await using var source = Build();
        var late = fixture.Cluster.Replicas[2];
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(late), Bound(policy));
        await NewestAsync(source);
        await HoldAsync(late);
        var written = await WriteOutsideAsync();
        await fixture.Cluster.Replicas[0].CatchUpAsync();
        await fixture.Cluster.Replicas[1].CatchUpAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(written, await NewestAsync(source));
        Assert.DoesNotContain(session.GetDecisions()[^1].Server, new[] { "primary", late.Name });
    }

    [Fact]
    public async Task The_smaller_bound_holds_for_the_joined_reads_alone()
    {
        await using var source = Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions());
        await NewestAsync(source);
        var before = await HoldAllAsync();
        var written = await WriteOutsideAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(before, await NewestAsync(source));
        using (ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute))
        {
            Assert.Equal(written, await NewestAsync(source));
        }

        Assert.Equal(written, await NewestAsync(source));
    }

    [Fact]
    public async Task Where_the_primary_cannot_be_asked_nothing_proves_it_but_a_heartbeat()
    {
        await using (var source = Build(port: 1))
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
            var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
            Assert.Contains("how old a replica's state is", lost.Message, StringComparison.Ordinal);
        }

        // A clock that the program answers for: half a second behind.
        await using var beating = Build(b => b.UseMonitor(new MonitorOptions { HeartbeatQuery = "select 0.5" }), port: 1);
        await Eventually.IsAsync(
            async () =>
            {
                try
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
                    await NewestAsync(beating);
                    return session.GetDecisions()[0].Server != "primary";
                }
                catch (ReplicaLostException)
                {
                    return false;
                }
            },
            "a heartbeat is believed"
        );

        // Nor one that says more than the bound.
        await using var late = Build(b => b.UseMonitor(new MonitorOptions { HeartbeatQuery = "select 61" }), port: 1);
        await Eventually.IsAsync(() => Task.FromResult(late.GetServers().Count(s => s.Lag is not null) == 3), "the monitor has looked");
        using var refused = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(late));
    }

    /// <summary>A snapshot is as old as it is; a call inside that asks for less is told so.</summary>
    [Fact]
    public async Task A_bounded_call_inside_a_snapshot_reads_it_while_it_is_young_and_throws_after()
    {
        await using var source = Build();
        var key = fixture.KeyOn(fixture.Cluster.Replicas[1]);
        using (ReadSession.Begin(ReadConsistency.Monotonic, key, OfThisMinute))
        {
            await NewestAsync(source);
        }

        // On the replica that has proved it.
        using var session = ReadSession.Begin(ReadConsistency.Snapshot, key, new ReadSessionOptions());
        var before = await NewestAsync(source);
        using (ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute))
        {
            Assert.Equal(before, await NewestAsync(source));
        }

        _time.Move(TimeSpan.FromMinutes(2));
        using (ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute))
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => NewestAsync(source));
            Assert.Contains("not known to be within the 60000 ms", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await NewestAsync(source));
    }

    [Fact]
    public async Task The_bound_of_the_snapshot_itself_is_of_its_beginning()
    {
        await using var source = Build();
        using var session = ReadSession.Begin(ReadConsistency.Snapshot, OfThisMinute);
        var before = await NewestAsync(source);
        _time.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(before, await NewestAsync(source));
        using (ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute))
        {
            Assert.Equal(before, await NewestAsync(source));
        }
    }

    [Fact]
    public async Task Synchronous_reads_keep_it_too()
    {
        await using var source = Build();
        using (ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute))
        {
            NewestOf(source);
        }

        await HoldAllAsync();
        var written = await WriteOutsideAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisMinute);
        Assert.Equal(written, NewestOf(source));
    }

    /// <summary>Clocks are set while a question is on its way, too: it is asked once more.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_clock_of_the_day_that_is_set_on_meanwhile_costs_a_question_and_no_replica(int command)
    {
        using var relay = new CommandRelay(fixture.Cluster.Primary.Port);
        await using var source = Build(port: relay.Port);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Bound(ReplicaLoss.Fail));
        var before = await NewestAsync(source);
        await fixture.Cluster.WaitForReplicasAsync();
        _time.Move(TimeSpan.FromMinutes(2));
        relay.Delay = TimeSpan.FromMilliseconds(50);
        var sent = relay.Commands;
        var read = NewestAsync(source);
        while (!read.IsCompleted && relay.Commands < sent + command)
        {
            await Task.Delay(1);
        }

        _time.SetOn(TimeSpan.FromSeconds(1));
        Assert.Equal(before, await read);
        Assert.Single(session.GetDecisions().Select(decision => decision.Server).Distinct());
        Assert.DoesNotContain("primary", session.GetDecisions().Select(decision => decision.Server));
    }

    private static ReadSessionOptions Bound(ReplicaLoss policy = ReplicaLoss.Primary) =>
        new()
        {
            MaxStalenessMilliseconds = Minute,
            OnReplicaLoss = policy,
            MaxWaitMilliseconds = 2000,
        };

    private ReplicatedMySqlDataSource Build(
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder>? more = null,
        int? port = null
    )
    {
        var source = fixture.BuildSource(
            b => (more ?? (b => b))(b.RecordDecisions().UseTimeProvider(_time)),
            primaryOptions: port is { } other ? $"Port={other};ConnectionTimeout=2" : ""
        );
        source.SessionEvent += (_, e) =>
        {
            lock (_events)
            {
                _events.Add($"{e.Kind} {e.From} {e.To} {e.Reason}");
            }
        };
        return source;
    }

    private async Task<long> HoldAllAsync() => await HoldAsync([.. fixture.Cluster.Replicas]);

    private async Task<long> HoldAsync(params MariaDbReplica[] replicas)
    {
        var written = await WriteOutsideAsync();
        await fixture.Cluster.WaitForReplicasAsync();
        await Task.WhenAll(replicas.Select(replica => replica.StopApplyingAsync()));
        return written;
    }

    private static Task<long> ReadAsync(ReplicatedMySqlDataSource source, ReadSessionOptions options) => NewestInAsync(source, options);

    private static async Task<long> NewestInAsync(ReplicatedMySqlDataSource source, ReadSessionOptions options)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid().ToString(), options);
        return await NewestAsync(source);
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static long NewestOf(ReplicatedMySqlDataSource source)
    {
        using var connection = source.OpenConnection();
        return connection.ExecuteScalar<long>(Newest);
    }

    private async Task<long> WriteOutsideAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        var id = Interlocked.Increment(ref _lastId);
        await connection.ExecuteAsync("insert into writes (id, server, note) values (@id, 'primary', 'w')", new { id });
        return id;
    }

    /// <summary>The machine's clock, moved on: what was known is old at once.</summary>
    private sealed class MovedTime : TimeProvider
    {
        private long _moved;
        private long _setOn;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _setOn));

        /// <summary>Sets the clock of the day on, and nothing else.</summary>
        public void SetOn(TimeSpan by) => Interlocked.Add(ref _setOn, by.Ticks);

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _moved);

        public void Move(TimeSpan by) => Interlocked.Add(ref _moved, (long)(by.TotalSeconds * TimestampFrequency));
    }
}
