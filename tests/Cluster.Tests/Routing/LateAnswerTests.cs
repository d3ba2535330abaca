using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A server that answers after the deadline is lost, but not where its answer was there and nobody had read it: a process that stands
/// still, in a collection or with all its threads in use, would otherwise lose all of its replicas at once. Deadlines ring here when the
/// test says so, and the answer is held back until then.
/// </summary>
public sealed class LateAnswerTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    [Theory]
    [InlineData(200, 500)]
    [InlineData(800, 800)]
    public async Task What_has_come_when_the_deadline_is_noticed_counts(int maxWait, int deadline)
    {
        var time = new RungTime();
        using var relay = new CommandRelay(fixture.Cluster.Replicas[0].Port);
        await using var source = BuildSource(relay, time);
        using var session = Begin(maxWait);
        var (read, gate) = await ReadHeldAsync(source, relay);
        await time.RingAsync(TimeSpan.FromMilliseconds(deadline));
        await time.ExpectAsync(LateAnswers.Grace);
        gate.SetResult();
        Assert.True(await read > 0);
        Assert.Equal("replica", session.GetDecisions()[^1].Server);
    }

    [Fact]
    public async Task A_server_that_answers_nothing_in_that_moment_either_is_lost()
    {
        var time = new RungTime();
        using var relay = new CommandRelay(fixture.Cluster.Replicas[0].Port);
        await using var source = BuildSource(relay, time);
        using var session = Begin(maxWait: 200);
        var (read, gate) = await ReadHeldAsync(source, relay);
        await time.RingAsync(TimeSpan.FromMilliseconds(500));
        await time.RingAsync(LateAnswers.Grace);
        var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => read);
        Assert.Contains("it stopped answering", lost.Message, StringComparison.Ordinal);
        gate.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task So_does_a_connection_that_has_opened(bool isLater)
    {
        var time = new RungTime();
        using var relay = new CommandRelay(fixture.Cluster.Replicas[0].Port);
        await using var source = BuildSource(relay, time);
        var gate = new TaskCompletionSource();
        relay.Gate = gate.Task;
        var server = source.Routed.Router.Replicas.Servers[0];
        var opening = BoundedOpening.OpenAsync(server, BoundedOpening.Patience, time, isAsync: true, CancellationToken.None).AsTask();
        await time.RingAsync(BoundedOpening.Patience);
        if (isLater)
        {
            await time.RingAsync(LateAnswers.Grace);
            await Assert.ThrowsAsync<TimeoutException>(() => opening);
            gate.SetResult();
        }
        else
        {
            await time.ExpectAsync(LateAnswers.Grace);
            gate.SetResult();
            await (await opening).DisposeAsync();
        }

        await Eventually.IsAsync(() => !server.Pool.IsFull, "its connection is back in the pool");
    }

    private static ReadSession Begin(int maxWait) =>
        ReadSession.Begin(
            ReadConsistency.Causal,
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail, MaxWaitMilliseconds = maxWait }
        );

    private ReplicatedMySqlDataSource BuildSource(CommandRelay relay, TimeProvider time)
    {
        var replica = new MySqlConnectionStringBuilder(fixture.Cluster.Replicas[0].ConnectionString)
        {
            Port = (uint)relay.Port,
            MaximumPoolSize = 1,
        };
        return new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica("replica", replica.ConnectionString)
            .RecordDecisions()
            .UseTimeProvider(time)
            .Build();
    }

    // The session has read, and written; its next read waits for what its replica says of that.
    private static async Task<(Task<long> Read, TaskCompletionSource Gate)> ReadHeldAsync(
        ReplicatedMySqlDataSource source,
        CommandRelay relay
    )
    {
        var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<long>(Newest);
        await using (var primary = await source.Primary.OpenConnectionAsync())
        {
            await primary.ExecuteAsync("insert into writes (server, note) values ('primary', 'late')");
        }

        var gate = new TaskCompletionSource();
        relay.Gate = gate.Task;
        return (ReadAsync(), gate);

        async Task<long> ReadAsync()
        {
            await using (connection)
            {
                return await connection.ExecuteScalarAsync<long>(Newest);
            }
        }
    }

    /// <summary>The machine's clock, whose timers ring when they are told to.</summary>
    private sealed class RungTime : TimeProvider
    {
        private readonly ConcurrentDictionary<Timer, bool> _timers = new();

        /// <summary>Waits until a timer is set that is due then.</summary>
        public Task ExpectAsync(TimeSpan due) => Eventually.IsAsync(() => Find(due) is not null, $"a timer is set to {due}");

        /// <summary>Waits for it, and rings it.</summary>
        public async Task RingAsync(TimeSpan due)
        {
            await ExpectAsync(due);
            var timer = Find(due)!;
            timer.Dispose();
            timer.Callback(timer.State);
        }

        private Timer? Find(TimeSpan due) => _timers.Keys.FirstOrDefault(timer => timer.Due == due);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(_timers, callback, state, dueTime);
            _timers[timer] = true;
            return timer;
        }

        private sealed class Timer(ConcurrentDictionary<Timer, bool> all, TimerCallback callback, object? state, TimeSpan due) : ITimer
        {
            public TimerCallback Callback => callback;

            public object? State => state;

            public TimeSpan Due => due;

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => all.TryRemove(this, out _);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
