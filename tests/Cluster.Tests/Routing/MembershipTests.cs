using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Replicas and weights that change while sessions run.</summary>
public sealed class MembershipTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task A_change_of_weights_moves_no_session_and_draws_new_ones_by_the_new_weights()
    {
        await using var source = fixture.BuildSource();
        var sessions = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in sessions)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
            var before = await RoutingFixture.AskAsync(source);
            source.UpdateReplicas(Settings(3, 2, 1));
            Assert.Equal(before, await RoutingFixture.AskAsync(source));
            source.UpdateReplicas(Settings(1, 2, 3));
            Assert.Equal(before, await RoutingFixture.AskAsync(source));
        }

        source.UpdateReplicas(Settings(3, 2, 1));
        WeightedReplica[] now = [new("replica1", 3, true), new("replica2", 2, true), new("replica3", 1, true)];
        foreach (var id in sessions)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
            Assert.Equal(now[ReplicaSelectors.WeightedModulo.Select(id, now)].Name, await RoutingFixture.AskAsync(source));
        }
    }

    [Fact]
    public async Task A_drained_replica_keeps_its_sessions_and_takes_no_new_ones()
    {
        await using var source = fixture.BuildSource();
        using (ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[1])))
        {
            Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
            source.UpdateReplicas(Settings(1, 0, 3));
            Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
        }

        for (var i = 0; i < 60; i++)
        {
            Assert.NotEqual("replica2", await RoutingFixture.AskAsync(source));
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            Assert.NotEqual("replica2", await RoutingFixture.AskAsync(source));
        }

        Assert.Equal([0, 1, 0, 3], source.GetServers().Select(s => s.Weight));
    }

    [Fact]
    public async Task After_the_drain_timeout_it_is_lost_unless_it_came_back()
    {
        var time = new ManualTime();
        await using var source = fixture.BuildSource(b => b.UseDrainTimeout(TimeSpan.FromSeconds(2)).UseTimeProvider(time));
        var events = Watch(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[1]));
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
        source.UpdateReplicas(Settings(1, 0, 3));
        source.UpdateReplicas(Settings(1, 2, 3));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));

        source.UpdateReplicas(Settings(1, 0, 3));
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("primary", await RoutingFixture.AskAsync(source));
        Assert.Equal(
            [(ReadSessionEventKind.ReplicaLost, "removed"), (ReadSessionEventKind.Moved, "removed")],
            events.Select(e => (e.Kind, e.Reason))
        );
    }

    [Fact]
    public async Task Removal_is_loss_after_the_read_that_runs()
    {
        await using var source = fixture.BuildSource();
        var events = Watch(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[1]));
        await using var connection = await source.OpenConnectionAsync();
        await using (
            var reader = await connection.ExecuteReaderAsync(
                "select name from this_server union all select 'second' union all select 'third'"
            )
        )
        {
            Assert.True(await reader.ReadAsync());
            source.UpdateReplicas([.. Settings(1, 2, 3).Where(r => r.Name != "replica2")]);
            var rest = new List<string>();
            while (await reader.ReadAsync())
            {
                rest.Add(reader.GetString(0));
            }

            Assert.Equal(["second", "third"], rest);
        }

        Assert.Equal("primary", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
        Assert.Equal("primary", await RoutingFixture.AskAsync(source));
        Assert.Equal(
            [(ReadSessionEventKind.ReplicaLost, "removed"), (ReadSessionEventKind.Moved, "removed")],
            events.Select(e => (e.Kind, e.Reason))
        );
        Assert.Equal(["primary", "replica1", "replica3"], source.GetServers().Select(s => s.Name));
    }

    [Fact]
    public async Task The_pool_of_a_removed_replica_is_closed_when_its_reads_have_ended()
    {
        await using var source = fixture.BuildSource();
        var replica = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(replica));

        // Those of the tests before may still be closing.
        var earlier = (await ConnectionsAsync(replica)).ToHashSet();
        await using (var reads = await source.OpenConnectionAsync())
        {
            await using (var idle = await source.OpenConnectionAsync())
            {
                await idle.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
            }

            Assert.Equal(2, await OursAsync());
            source.UpdateReplicas([.. Settings(1, 2, 3).Where(r => r.Name != "replica2")]);
            await UntilAsync(1);
            Assert.Equal("replica2", reads.ServerName);
        }

        await UntilAsync(0);

        Task UntilAsync(int connections) =>
            Eventually.IsAsync(async () => await OursAsync() == connections, $"there are {connections} connections");

        async Task<int> OursAsync() => (await ConnectionsAsync(replica)).Count(id => !earlier.Contains(id));

        static async Task<IEnumerable<long>> ConnectionsAsync(MonotonicReads.Cluster.MariaDbServer server)
        {
            await using var admin = new MySqlConnector.MySqlConnection(server.AdminConnectionString);
            return await admin.QueryAsync<long>(
                "select id from information_schema.processlist where user = 'app' and command <> 'Binlog Dump'"
            );
        }
    }

    [Fact]
    public async Task A_session_that_has_read_nothing_yet_is_drawn_again()
    {
        await using var source = fixture.BuildSource();
        var events = Watch(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(fixture.Cluster.Replicas[1]));
        await using (await source.OpenConnectionAsync()) { }

        source.UpdateReplicas([.. Settings(1, 2, 3).Where(r => r.Name != "replica2")]);
        Assert.StartsWith("replica", await RoutingFixture.AskAsync(source), StringComparison.Ordinal);
        Assert.Empty(events);
    }

    [Fact]
    public async Task A_replica_that_is_added_takes_sessions()
    {
        await using var source = fixture.BuildSource();
        source.UpdateReplicas([.. Settings(1, 2, 3).Take(1)]);
        source.UpdateReplicas(Settings(0, 1, 0));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
    }

    [Fact]
    public async Task Bad_settings_change_nothing()
    {
        await using var source = fixture.BuildSource();
        var good = Settings(1, 2, 3);
        Assert.Throws<InvalidOperationException>(() => source.UpdateReplicas([]));
        Assert.Throws<InvalidOperationException>(() => source.UpdateReplicas(Settings(0, 0, 0)));
        Assert.Throws<ArgumentException>(() => source.UpdateReplicas([good[0], good[0]]));
        var exception = Assert.Throws<ArgumentException>(() =>
            source.UpdateReplicas([good[0], good[1] with { ConnectionString = "Server=a;Password=secret;Nonsense=1" }])
        );
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Server", good[0].ToString(), StringComparison.Ordinal);

        Assert.Equal([0, 1, 2, 3], source.GetServers().Select(s => s.Weight));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.StartsWith("replica", await RoutingFixture.AskAsync(source), StringComparison.Ordinal);
    }

    private ReplicaSettings[] Settings(params int[] weights) =>
        [
            .. fixture.Cluster.Replicas.Zip(
                weights,
                (replica, weight) => new ReplicaSettings(replica.Name, replica.ConnectionString, weight)
            ),
        ];

    private static ConcurrentQueue<ReadSessionEventArgs> Watch(ReplicatedMySqlDataSource source)
    {
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        return events;
    }
}
