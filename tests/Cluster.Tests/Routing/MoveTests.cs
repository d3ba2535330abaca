using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A session whose replica is lost goes on where nothing that it saw is missing, or not at all.</summary>
public sealed class MoveTests(RoutingFixture fixture, ITestOutputHelper output) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    public enum Loss
    {
        Killed,
        Restarted,
        Stopped,
        BrokenInReader,
        Broken,
        Removed,
        Drained,
    }

    public static IEnumerable<object[]> EveryLossWhereItGoesOn =>
        from loss in Enum.GetValues<Loss>()
        from policy in new[] { ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Redraw }
        select new object[] { loss, policy };

    public static TheoryData<Loss> EveryLoss => [.. Enum.GetValues<Loss>()];

    [Theory]
    [MemberData(nameof(EveryLossWhereItGoesOn))]
    public async Task It_goes_on_unseen_by_the_caller_and_says_so_once(Loss loss, ReplicaLoss policy)
    {
        await using var source = fixture.BuildSource(
            b => b.UseTimeProvider(TimeProvider.System).RecordDecisions().UseDrainTimeout(TimeSpan.Zero),
            replicaOptions: "ConnectionTimeout=2"
        );
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        var victim = fixture.Cluster.Replicas[1];
        if (loss == Loss.Restarted)
        {
            await victim.OldEnoughAsync();
        }

        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(victim),
            new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 2000 }
        );
        await WriteAsync();
        await fixture.Cluster.WaitForReplicasAsync();
        var before = await NewestAsync(source);
        try
        {
            var seen = await LoseAsync(source, victim, loss);
            var readThere = session.GetDecisions().Count;
            long[] after = [await NewestAsync(source), NewestNow(source), await NewestAsync(source)];

            Assert.All(after, id => Assert.True(policy == ReplicaLoss.Redraw || id >= before, $"{id} is older than {before}"));
            Assert.Equal("replica2", session.GetDecisions()[0].Server);
            var next = Assert.Single(session.GetDecisions().Skip(readThere).Select(d => d.Server).Distinct());

            // Nobody can tell any more what a read saw that broke, so that no replica is sure to have it.
            var isUnknown = policy == ReplicaLoss.CaughtUp && (loss is Loss.Broken or Loss.BrokenInReader);
            Assert.Equal(policy == ReplicaLoss.Primary || isUnknown, next == "primary");
            output.WriteLine($"{loss}, {policy}: {seen}; then {next}");
            Assert.True(loss == Loss.Restarted || next != "replica2");
            Assert.Equal(("replica2", null), Single(events, ReadSessionEventKind.ReplicaLost));
            Assert.Equal(("replica2", next), Single(events, ReadSessionEventKind.Moved));
        }
        finally
        {
            await EndAsync(victim, loss);
        }
    }

    [Theory]
    [MemberData(nameof(EveryLoss))]
    public async Task Under_fail_it_goes_nowhere(Loss loss)
    {
        await using var source = fixture.BuildSource(
            b => b.UseTimeProvider(TimeProvider.System).UseDrainTimeout(TimeSpan.Zero),
            replicaOptions: "ConnectionTimeout=2"
        );
        var victim = fixture.Cluster.Replicas[1];
        if (loss == Loss.Restarted)
        {
            await victim.OldEnoughAsync();
        }

        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(victim),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }
        );
        await NewestAsync(source);
        try
        {
            var seen = await LoseAsync(source, victim, loss);
            await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
            Assert.Throws<ReplicaLostException>(() => NewestNow(source));
            output.WriteLine($"{loss}, Fail: {seen}; then ReplicaLostException");
        }
        finally
        {
            await EndAsync(victim, loss);
        }
    }

    [Fact]
    public async Task Caught_up_passes_over_a_replica_that_lacks_what_was_seen()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var (victim, behind) = (fixture.Cluster.Replicas[1], fixture.Cluster.Replicas[2]);
        await behind.StopApplyingAsync();
        try
        {
            await WriteAsync();
            await fixture.Cluster.Replicas[0].CatchUpAsync();
            await victim.CatchUpAsync();
            using var session = ReadSession.Begin(
                ReadConsistency.Monotonic,
                fixture.KeyOn(victim),
                new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp }
            );
            var before = await NewestAsync(source);
            await victim.KillAsync();

            Assert.Equal(before, await NewestAsync(source));
            Assert.Equal(["replica2", "replica1"], session.GetDecisions().Select(d => d.Server));
        }
        finally
        {
            await victim.RestartAsync();
            await behind.StartApplyingAsync();
        }
    }

    [Fact]
    public async Task Caught_up_waits_within_the_budget_and_goes_to_the_primary_after_it()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var victim = fixture.Cluster.Replicas[1];
        MariaDbReplica[] others = [fixture.Cluster.Replicas[0], fixture.Cluster.Replicas[2]];
        await Task.WhenAll(others.Select(r => r.StopApplyingAsync()));
        try
        {
            await WriteAsync();
            await victim.CatchUpAsync();
            var options = new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 60_000 };
            using var waits = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(victim), options);
            var before = await NewestAsync(source);
            using (var gives = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(victim)))
            using (
                ReadSession.Begin(
                    ReadConsistency.Monotonic,
                    new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 100 }
                )
            )
            {
                await NewestAsync(source);
                await victim.KillAsync();
                Assert.Equal(before, await NewestAsync(source));
                Assert.Equal(["replica2", "primary"], gives.GetDecisions().Select(d => d.Server));
            }

            var read = NewestAsync(source);
            await Task.Delay(300);
            Assert.False(read.IsCompleted);
            await Task.WhenAll(others.Select(r => r.StartApplyingAsync()));
            Assert.Equal(before, await read);
            Assert.StartsWith("replica", waits.GetDecisions()[1].Server, StringComparison.Ordinal);
        }
        finally
        {
            await victim.RestartAsync();
            await Task.WhenAll(others.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task Concurrent_reads_agree_on_one_move()
    {
        var victim = fixture.Cluster.Replicas[1];
        foreach (var policy in new[] { ReplicaLoss.CaughtUp, ReplicaLoss.Primary, ReplicaLoss.Redraw })
        {
            // Another data source remembers nothing of the loss before.
            await using var source = fixture.BuildSource(b => b.RecordDecisions());
            var events = new ConcurrentQueue<ReadSessionEventArgs>();
            source.SessionEvent += (_, e) => events.Enqueue(e);
            using var session = ReadSession.Begin(
                ReadConsistency.Monotonic,
                fixture.KeyOn(victim),
                new ReadSessionOptions { OnReplicaLoss = policy }
            );
            await NewestAsync(source);
            await victim.KillAsync();
            try
            {
                await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => NewestAsync(source))));
                Assert.Single(session.GetDecisions().Skip(1).Select(d => d.Server).Distinct());
                Assert.True(
                    events.Count(e => e.Kind == ReadSessionEventKind.Moved) == 1,
                    policy + ": " + string.Join(" | ", events.Select(e => $"{e.Kind} {e.From}->{e.To} {e.Reason}"))
                );
            }
            finally
            {
                await victim.RestartAsync();
                await victim.CatchUpAsync();
            }
        }
    }

    private async Task WriteAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'move')");
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static long NewestNow(ReplicatedMySqlDataSource source)
    {
        using var connection = source.OpenConnection();
        return connection.ExecuteScalar<long>(Newest);
    }

    /// <summary>Loses the replica; returns what the caller saw of it meanwhile.</summary>
    private async Task<string> LoseAsync(ReplicatedMySqlDataSource source, MariaDbReplica victim, Loss loss)
    {
        switch (loss)
        {
            case Loss.Killed:
                await victim.KillAsync();
                return "nothing";
            case Loss.Restarted:
                await victim.RestartAsync();
                return "nothing";
            case Loss.Stopped:
                await victim.PauseAsync();
                return "nothing";
            case Loss.Broken:
                await using (var connection = await source.OpenConnectionAsync())
                {
                    await victim.KillAsync();
                    return await DriversAsync(() => connection.ExecuteScalarAsync<long>(Newest));
                }

            case Loss.BrokenInReader:
                await using (var connection = await source.OpenConnectionAsync())
                {
                    await using var reader = await connection.ExecuteReaderAsync("select seq, repeat('x', 1000) from seq_1_to_1000000");
                    Assert.True(await reader.ReadAsync());
                    await victim.KillAsync();
                    return await DriversAsync(async () =>
                    {
                        while (await reader.ReadAsync()) { }
                    });
                }

            default:
                source.UpdateReplicas([
                    .. fixture
                        .Cluster.Replicas.Where(r => loss == Loss.Drained || r != victim)
                        .Select(r => new ReplicaSettings(r.Name, r.ConnectionString, r == victim ? 0 : 1)),
                ]);
                return "nothing";
        }
    }

    // The driver has exceptions that are no DbException.
    private static async Task<string> DriversAsync(Func<Task> read)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(read);
        Assert.Equal("MySqlConnector", exception.GetType().Namespace);
        return exception.GetType().Name;
    }

    private static async Task EndAsync(MariaDbReplica victim, Loss loss)
    {
        switch (loss)
        {
            case Loss.Killed or Loss.Broken or Loss.BrokenInReader:
                await victim.RestartAsync();
                break;
            case Loss.Stopped:
                await victim.ResumeAsync();
                break;
        }
    }

    private static (string? From, string? To) Single(IEnumerable<ReadSessionEventArgs> events, ReadSessionEventKind kind)
    {
        Assert.True(
            events.Count(e => e.Kind == kind) == 1,
            string.Join(" | ", events.Select(e => $"{e.Kind} {e.From}->{e.To} {e.Reason}"))
        );
        var one = events.Single(e => e.Kind == kind);
        return (one.From, one.To);
    }
}
