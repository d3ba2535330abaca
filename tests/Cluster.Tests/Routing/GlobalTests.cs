using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A global read contains what anybody had committed when its call began, on a replica where that is in time.</summary>
public sealed class GlobalTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>, IAsyncLifetime
{
    private static long _lastId = 2_000_000;

    private const string Newest = "select coalesce(max(id), 0) from writes";

    private static readonly ReadSessionOptions Patient = new() { MaxWaitMilliseconds = 60_000 };
    private static readonly ReadSessionOptions Hasty = new() { MaxWaitMilliseconds = 100 };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StartApplyingAsync()));
        await fixture.Cluster.WaitForReplicasAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_others_wrote_before_it_is_seen_on_replicas(bool isAsync)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        for (var i = 0; i < 100; i++)
        {
            var written = await WriteOutsideAsync();
            using var session = ReadSession.Begin(ReadConsistency.Global, Patient);
            Assert.Equal(written, isAsync ? await NewestAsync(source) : NewestOf(source));
            Assert.NotEqual("primary", Assert.Single(session.GetDecisions()).Server);
        }
    }

    [Fact]
    public async Task Where_no_replica_gets_it_the_primary_answers_and_a_causal_read_is_old()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var before = await HoldAsync([.. fixture.Cluster.Replicas]);
        var written = await WriteOutsideAsync();
        using (ReadSession.Begin(ReadConsistency.Causal, Hasty))
        {
            Assert.Equal(before, await NewestAsync(source));
        }

        using var session = ReadSession.Begin(ReadConsistency.Global, Hasty);
        Assert.Equal(written, await NewestAsync(source));
        Assert.Equal("primary", Assert.Single(session.GetDecisions()).Server);
    }

    [Fact]
    public async Task A_replica_that_has_not_got_it_is_left_for_one_that_has()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await HoldAsync(fixture.Cluster.Replicas[1]);
        var written = await WriteOutsideAsync();
        using var session = ReadSession.Begin(ReadConsistency.Global, fixture.KeyOn(fixture.Cluster.Replicas[1]), Patient);
        Assert.Equal(written, await NewestAsync(source));
        Assert.DoesNotContain(Assert.Single(session.GetDecisions()).Server, new[] { "primary", fixture.Cluster.Replicas[1].Name });
    }

    [Fact]
    public async Task Each_call_has_a_moment_of_its_own_and_what_it_saw_binds_the_session()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var before = await HoldAsync([.. fixture.Cluster.Replicas]);
        using var session = ReadSession.Begin(ReadConsistency.Global, Hasty);
        Assert.Equal(before, await NewestAsync(source));
        var written = await WriteOutsideAsync();
        Assert.Equal(before, await NewestAsync(source));
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal(before, await NewestAsync(source));
        }

        using (ReadSession.Begin(ReadConsistency.Global))
        {
            Assert.Equal(written, await NewestAsync(source));
        }

        Assert.Equal(written, await NewestAsync(source));
    }

    [Fact]
    public async Task Inside_a_monotonic_session_it_holds_for_its_own_reads_and_binds_the_others()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var before = await HoldAsync([.. fixture.Cluster.Replicas]);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Hasty);
        var written = await WriteOutsideAsync();
        Assert.Equal(before, await NewestAsync(source));
        using (var joined = ReadSession.Begin(ReadConsistency.Global))
        {
            Assert.Equal(ReadConsistency.Global, joined.Consistency);
            Assert.Equal(written, await NewestAsync(source));
        }

        Assert.Equal(written, await NewestAsync(source));
    }

    [Fact]
    public async Task A_snapshot_in_it_shows_one_moment_that_contains_it()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var written = await WriteOutsideAsync();
        using var session = ReadSession.Begin(ReadConsistency.Global, Patient);
        using var snapshot = ReadSession.Begin(ReadConsistency.Snapshot);
        Assert.Equal(written, await NewestAsync(source));
        await WriteOutsideAsync();
        await fixture.Cluster.WaitForReplicasAsync();
        Assert.Equal(written, await NewestAsync(source));
        Assert.Throws<InvalidOperationException>(() => ReadSession.Begin(ReadConsistency.Global));
    }

    [Fact]
    public async Task Its_own_writes_are_seen_too_and_a_token_carries_what_it_saw_at_the_level_below()
    {
        var tokens = SessionTokenOptions.WithKey(new byte[32]);
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        string token;
        long written;
        using (var session = ReadSession.Begin(ReadConsistency.Global, Patient))
        {
            await using (var connection = await source.Primary.OpenConnectionAsync())
            {
                written = await WriteAsync(connection);
            }

            Assert.Equal(written, await NewestAsync(source));
            token = session.ToToken(tokens);
        }

        using var resumed = ReadSession.Resume(token, tokens);
        Assert.Equal(ReadConsistency.Causal, resumed.Consistency);
        Assert.Equal(written, await NewestAsync(source));
    }

    [Fact]
    public async Task Where_the_primary_cannot_be_asked_nothing_is_read()
    {
        await using var source = WithoutPrimary();
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await NewestAsync(source);
        }

        using var session = ReadSession.Begin(ReadConsistency.Global);
        var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        Assert.Contains("could not be asked", lost.Message, StringComparison.Ordinal);
        Assert.Empty(session.GetDecisions());
    }

    /// <summary>What the moment had is required of whatever is drawn next.</summary>
    [Fact]
    public async Task Where_the_policy_redraws_after_a_loss_the_moment_is_kept()
    {
        var killed = fixture.Cluster.Replicas[1];
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await HoldAsync([.. fixture.Cluster.Replicas.Where(replica => replica != killed)]);
        var written = await WriteOutsideAsync();
        await killed.CatchUpAsync();
        using var session = ReadSession.Begin(
            ReadConsistency.Global,
            fixture.KeyOn(killed),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw, MaxWaitMilliseconds = 100 }
        );
        Assert.Equal(written, await NewestAsync(source));
        Assert.Equal(killed.Name, session.GetDecisions()[^1].Server);
        await killed.KillAsync();
        try
        {
            Assert.Equal(written, await NewestAsync(source));
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
        finally
        {
            await killed.RestartAsync();
        }
    }

    [Fact]
    public async Task Concurrent_reads_of_one_call_share_one_question()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var written = await WriteOutsideAsync();
        using var session = ReadSession.Begin(ReadConsistency.Global, Patient);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => NewestAsync(source)));
        Assert.All(answers, answer => Assert.Equal(written, answer));
        Assert.All(session.GetDecisions(), decision => Assert.NotEqual("primary", decision.Server));
    }

    private ReplicatedMySqlDataSource WithoutPrimary()
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UseTimeProvider(new PatientTime()).RecordDecisions();
        builder.UsePrimary(
            new MySqlConnectionStringBuilder(fixture.Cluster.Primary.ConnectionString)
            {
                // Nobody listens there.
                Port = 1,
                ConnectionTimeout = 2,
            }.ConnectionString
        );
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, replica.ConnectionString);
        }

        return builder.Build();
    }

    // Of replicas that stop in one moment each has the same.
    private async Task<long> HoldAsync(params MariaDbReplica[] replicas)
    {
        var written = await WriteOutsideAsync();
        await fixture.Cluster.WaitForReplicasAsync();
        await Task.WhenAll(replicas.Select(replica => replica.StopApplyingAsync()));
        return written;
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
        return await WriteAsync(connection);
    }

    private static async Task<long> WriteAsync(System.Data.Common.DbConnection connection)
    {
        var id = Interlocked.Increment(ref _lastId);
        await connection.ExecuteAsync("insert into writes (id, server, note) values (@id, 'primary', 'w')", new { id });
        return id;
    }
}
