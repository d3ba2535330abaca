using System.Diagnostics;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Replicas that are behind, for longer than a read may wait: who waits for them, who does not, and how a session that went to the primary
/// comes back.
/// </summary>
public sealed class LateReplicaTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>, IAsyncLifetime
{
    private static long _lastId = 1_000_000;

    private const string Newest = "select coalesce(max(id), 0) from writes";

    // Nothing here waits so long: who does is found by that.
    private static readonly ReadSessionOptions Patient = new() { MaxWaitMilliseconds = 60_000 };
    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(new byte[32]);
    private static readonly ReadSessionOptions Hasty = new() { MaxWaitMilliseconds = 100 };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StartApplyingAsync()));
        await fixture.Cluster.WaitForReplicasAsync();
    }

    [Fact]
    public async Task A_session_that_lives_long_reads_on_replicas_all_the_time()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var moves = new List<string>();
        source.SessionEvent += (_, e) => moves.Add($"{e.Kind} {e.From} {e.To} {e.Reason} {e.Exception}");
        using var session = ReadSession.Begin(ReadConsistency.Causal, Patient);
        var waited = session.RemainingWait;
        for (var i = 0; i < 300; i++)
        {
            var written = await WriteAsync(source);
            Assert.Equal(written, await NewestAsync(source));
        }

        Assert.DoesNotContain(moves, move => move.Contains("primary", StringComparison.Ordinal));
        Assert.All(session.GetDecisions(), decision => Assert.NotEqual("primary", decision.Server));
        Assert.Equal(waited, session.RemainingWait);
    }

    [Fact]
    public async Task A_replica_that_is_behind_is_left_for_one_that_is_not_before_the_budget_is_spent()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var late = fixture.Cluster.Replicas[1];
        await late.StopApplyingAsync();
        using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(late), Patient);
        var written = await WriteAsync(source);

        using var clock = MachineTime.Start();
        Assert.Equal(written, await NewestAsync(source));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
        Assert.NotEqual("primary", Assert.Single(session.GetDecisions()).Server);
    }

    /// <summary>Known from what other sessions found, without a question.</summary>
    [Fact]
    public async Task Where_no_replica_can_be_there_in_time_nobody_waits()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StopApplyingAsync()));
        using var root = new Activity("test").Start();
        var waits = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "MonotonicReads",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == root.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span => waits += span.TraceId == root.TraceId && span.OperationName == "monotonic_reads.wait" ? 1 : 0,
        };
        ActivitySource.AddActivityListener(listener);

        // The first ones find out.
        await Eventually.IsAsync(
            async () =>
            {
                var before = waits;
                using var session = ReadSession.Begin(ReadConsistency.Causal, Hasty);
                Assert.Equal(await WriteAsync(source), await NewestAsync(source));
                Assert.Equal("primary", Assert.Single(session.GetDecisions()).Server);
                return waits == before;
            },
            "a session goes to the primary at once"
        );
    }

    /// <summary>Those that leave a late replica do not queue for the one that is ahead: it serves as many as it has connections for.</summary>
    [Fact]
    public async Task A_replica_whose_connections_are_all_in_use_is_not_gone_to()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions(), maximumPoolSize: 1);
        var (late, first) = (fixture.Cluster.Replicas[0], fixture.Cluster.Replicas[2]);
        await Task.WhenAll(late.StopApplyingAsync(), fixture.Cluster.Replicas[1].StopApplyingAsync());
        var written = await WriteOutsideAsync();
        var position = await PositionAsync();
        using var outer = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(first), Patient);
        outer.ObserveWrite(position);
        await using var busy = await source.OpenConnectionAsync();
        Assert.Equal(written, await busy.ExecuteScalarAsync<long>(Newest));
        Assert.Equal(first.Name, busy.ServerName);

        using (var session = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(late), Hasty))
        {
            session.ObserveWrite(position);
            Assert.Equal("primary", await ServerAsync(source, session));
        }

        // Nor is it drawn for a new session, as long as it is known that the others are late: for a second after somebody has looked.
        await Eventually.IsAsync(
            async () =>
            {
                using (ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(late), Hasty))
                {
                    Assert.Equal(await WriteAsync(source), await NewestAsync(source));
                }

                using var begun = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(first), Hasty);
                begun.ObserveWrite(await PositionAsync());
                try
                {
                    return await ServerAsync(source, begun) == "primary";
                }
                catch (MySqlException)
                {
                    // It has queued.
                    return false;
                }
            },
            "a new session goes to the primary at once"
        );
    }

    /// <summary>What runs there on another connection goes on seeing, past what was asked of it.</summary>
    [Fact]
    public async Task A_session_does_not_leave_for_another_replica_while_it_has_a_connection_open_where_it_reads()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var late = fixture.Cluster.Replicas[0];
        using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(late), Hasty);
        await using var beside = await source.OpenConnectionAsync();
        await beside.ExecuteScalarAsync<long>(Newest);
        await late.StopApplyingAsync();
        var written = await WriteOutsideAsync();
        await using var ahead = new MySqlConnection(fixture.Cluster.Replicas[1].ConnectionString);
        await Eventually.IsAsync(async () => await ahead.ExecuteScalarAsync<long>(Newest) == written, "another replica has it");
        session.ObserveWrite(await PositionAsync());
        Assert.Equal(written, await NewestAsync(source));
        Assert.Equal("primary", session.GetDecisions()[^1].Server);
    }

    [Theory]
    [InlineData(ReadConsistency.Causal)]
    [InlineData(ReadConsistency.Monotonic)]
    public async Task A_session_comes_back_from_the_primary_when_a_replica_has_what_it_saw_there(ReadConsistency level)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StopApplyingAsync()));
        using var session = ReadSession.Resume(await TokenAsync(source), level, Hasty, Tokens);
        Assert.Equal("primary", await ServerAsync(source, session));

        // What it sees there now only one of them will have.
        var seen = await WriteOutsideAsync();
        Assert.Equal(seen, await NewestAsync(source));
        var first = fixture.Cluster.Replicas[2];
        await first.StartApplyingAsync();
        await Eventually.BecomesAsync(first.Name, () => ServerAsync(source, session));
        Assert.Equal(seen, await NewestAsync(source));
    }

    [Fact]
    public async Task One_that_asked_for_the_primary_meanwhile_stays_there()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StopApplyingAsync()));
        using var session = ReadSession.Resume(await TokenAsync(source), ReadConsistency.Causal, Hasty, Tokens);
        Assert.Equal("primary", await ServerAsync(source, session));
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            await NewestAsync(source);
        }

        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StartApplyingAsync()));
        await fixture.Cluster.WaitForReplicasAsync();
        await Task.Delay(500); // longer than it stays away at first
        Assert.Equal("primary", await ServerAsync(source, session));
    }

    /// <summary>A read that runs on the primary while the session goes back is not forgotten.</summary>
    [Fact]
    public async Task What_a_read_beside_the_return_saw_is_seen_again()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StopApplyingAsync()));
        using var session = ReadSession.Resume(await TokenAsync(source), ReadConsistency.Causal, Hasty, Tokens);
        Assert.Equal("primary", await ServerAsync(source, session));
        await using var beside = await source.OpenConnectionAsync();
        Assert.Equal("primary", beside.ServerName);
        var first = fixture.Cluster.Replicas[2];
        await first.StartApplyingAsync();
        await Eventually.BecomesAsync(first.Name, () => ServerAsync(source, session));
        await first.StopApplyingAsync();
        var seen = await WriteOutsideAsync();

        Assert.Equal(seen, await beside.ExecuteScalarAsync<long>(Newest));
        Assert.Equal(seen, await NewestAsync(source));
    }

    // For a session that needs what no replica has; an asynchronous method could not begin it for its caller.
    private static async Task<string> TokenAsync(ReplicatedMySqlDataSource source)
    {
        using var writer = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid());
        await WriteAsync(source);
        return await writer.ToTokenAsync(Tokens);
    }

    private static async Task<string> ServerAsync(ReplicatedMySqlDataSource source, ReadSession session)
    {
        await NewestAsync(source);
        return session.GetDecisions()[^1].Server;
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static async Task<long> WriteAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await WriteAsync(connection);
    }

    private async Task<long> WriteOutsideAsync()
    {
        await using var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return await WriteAsync(connection);
    }

    private async Task<MariaDbGtidList> PositionAsync()
    {
        await using var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return MariaDbGtidList.Parse((await connection.ExecuteScalarAsync<string>("select @@gtid_binlog_pos"))!);
    }

    private static async Task<long> WriteAsync(System.Data.Common.DbConnection connection)
    {
        var id = Interlocked.Increment(ref _lastId);
        await connection.ExecuteAsync("insert into writes (id, server, note) values (@id, 'primary', 'w')", new { id });
        return id;
    }
}
