using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Servers that die or stop in the middle of sessions.</summary>
public sealed class ReplicaLossTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private static readonly ReadSessionOptions Fail = new() { OnReplicaLoss = ReplicaLoss.Fail };

    [Fact]
    public async Task A_killed_replica_ends_its_sessions_with_an_event_and_no_others()
    {
        await using var source = fixture.BuildSource();
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        var victim = fixture.Cluster.Replicas[1];
        var (lostKey, otherId) = (fixture.KeyOn(victim), fixture.SessionOn(fixture.Cluster.Replicas[2]));
        var lostId = SessionKey.ToGuid(lostKey);

        using var lost = ReadSession.Begin(ReadConsistency.Monotonic, lostKey, Fail);
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
        await victim.KillAsync();
        try
        {
            // What runs into the broken connection may still be the driver's own exception; from the next open on it is ours.
            await Assert.ThrowsAnyAsync<DbException>(() => RoutingFixture.AskAsync(source));
            var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => RoutingFixture.AskAsync(source));
            Assert.Equal((lostId, "replica2"), (exception.SessionId, exception.Replica));
            var reported = Assert.Single(events, e => e.Kind == ReadSessionEventKind.ReplicaLost);
            Assert.Equal((lostId, "replica2"), (reported.SessionId, reported.From));

            using (ReadSession.Begin(ReadConsistency.Monotonic, otherId))
            {
                Assert.Equal("replica3", await RoutingFixture.AskAsync(source));
                Assert.Equal("replica3", await RoutingFixture.AskAsync(source));
            }

            // A new session had nothing to lose: it draws again among those that are left, and keeps what it draws.
            using (var drawnAgain = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(victim)))
            {
                var left = fixture.Replicas.Select(replica => replica with { IsAvailable = replica.Name != victim.Name }).ToArray();
                var second = left[ReplicaSelectors.WeightedModulo.Select(drawnAgain.Id, left)].Name;
                Assert.Equal(second, await RoutingFixture.AskAsync(source));
                Assert.Equal(second, await RoutingFixture.AskAsync(source));
            }
        }
        finally
        {
            await victim.RestartAsync();
        }

        // It has been away, and may have come back older: the session does not trust it again.
        await Assert.ThrowsAsync<ReplicaLostException>(() => RoutingFixture.AskAsync(source));
    }

    [Fact]
    public async Task A_restarted_replica_is_another_one_to_a_session_that_did_not_notice()
    {
        await using var source = fixture.BuildSource();
        var replica = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(replica), Fail);
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));

        await replica.OldEnoughAsync();
        await replica.RestartAsync();
        await replica.CatchUpAsync();
        await Assert.ThrowsAnyAsync<DbException>(() => RoutingFixture.AskAsync(source));
        await Assert.ThrowsAsync<ReplicaLostException>(() => RoutingFixture.AskAsync(source));
    }

    [Fact]
    public async Task A_paused_replica_does_not_hold_a_new_session_beyond_the_connect_timeout()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System), replicaOptions: "ConnectionTimeout=2");
        var paused = fixture.Cluster.Replicas[0];
        await paused.PauseAsync();
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(paused));
            var started = Stopwatch.GetTimestamp();
            using var clock = MachineTime.Start();
            var server = await RoutingFixture.AskAsync(source);
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds > 1.5);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 8);
            Assert.NotEqual("replica1", server);
            Assert.Equal(server, await RoutingFixture.AskAsync(source));
        }
        finally
        {
            await paused.ResumeAsync();
        }
    }

    [Fact]
    public async Task Without_any_replica_a_new_session_reads_on_the_primary_and_says_so()
    {
        await using var source = fixture.BuildSource();
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.KillAsync()));
        try
        {
            using (ReadSession.Begin(ReadConsistency.Monotonic))
            {
                Assert.Equal("primary", await RoutingFixture.AskAsync(source));
                Assert.Equal("primary", await RoutingFixture.AskAsync(source));
            }

            Assert.Contains(events, e => e.Kind == ReadSessionEventKind.NoReplicaAvailable);
            using (ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }))
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => RoutingFixture.AskAsync(source));
            }
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.RestartAsync()));
        }
    }
}
