using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Where a question of ours fails before the caller's statement has run, nothing of the caller's has failed: the read goes on
/// elsewhere, as the policy says.</summary>
public sealed class OwnQuestionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    private IEnumerable<MariaDbReplica> Others => fixture.Cluster.Replicas.Where(replica => replica != Replica);

    public static IEnumerable<object[]> EveryWait =>
        from policy in Enum.GetValues<ReplicaLoss>()
        from hasRead in new[] { false, true }
        from isAsync in new[] { false, true }
        select new object[] { policy, hasRead, isAsync };

    [Theory]
    [MemberData(nameof(EveryWait))]
    public async Task A_causal_read_whose_replica_dies_while_it_waits_goes_on(ReplicaLoss policy, bool hasRead, bool isAsync)
    {
        await using var source = Build();
        await StopAllAsync();
        var isKilled = false;
        try
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Causal,
                fixture.KeyOn(Replica),
                new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 20_000 }
            );
            if (hasRead)
            {
                await ReadAsync(source);
            }

            var written = await WriteAsync(source);
            var read = Task.Run(() => isAsync ? ReadAsync(source) : Task.FromResult(Read(source)));
            await WaitsAsync();
            await Replica.KillAsync();
            isKilled = true;
            await Task.WhenAll(Others.Select(r => r.StartApplyingAsync()));
            if (policy is ReplicaLoss.Fail or ReplicaLoss.Restart && hasRead)
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => read);
                return;
            }

            Assert.True(await read >= written);
            Assert.True(await ReadAsync(source) >= written);
            Assert.NotEqual(Replica.Name, session.GetDecisions()[^1].Server);
        }
        finally
        {
            if (isKilled)
            {
                await Replica.RestartAsync();
            }

            await StartAllAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_wait_is_cancelled_and_costs_no_replica(bool hasRead)
    {
        await using var source = Build();
        var events = new List<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Add(e);
        await StopAllAsync();
        try
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Causal,
                fixture.KeyOn(Replica),
                new ReadSessionOptions { MaxWaitMilliseconds = 20_000 }
            );
            if (hasRead)
            {
                await ReadAsync(source);
            }

            await WriteAsync(source);
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await using var connection = await source.OpenConnectionAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                connection.ExecuteScalarAsync<long>(new CommandDefinition(Newest, cancellationToken: cancellation.Token))
            );
            Assert.Empty(events);
        }
        finally
        {
            await StartAllAsync();
        }
    }

    [Theory]
    [InlineData(ReplicaLoss.Primary, false, false)]
    [InlineData(ReplicaLoss.Primary, false, true)]
    [InlineData(ReplicaLoss.Primary, true, true)]
    [InlineData(ReplicaLoss.CaughtUp, true, true)]
    [InlineData(ReplicaLoss.Redraw, true, true)]
    [InlineData(ReplicaLoss.Fail, true, true)]
    public async Task A_snapshot_whose_replica_stands_still_is_taken_elsewhere(ReplicaLoss policy, bool hasRead, bool isAsync)
    {
        await using var source = Build(isReset: false);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 2000 }
        );
        if (hasRead)
        {
            await ReadAsync(source);
        }
        else
        {
            // In the pool, so that it opens.
            using var other = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
            await ReadAsync(source);
        }

        await Replica.PauseAsync();
        try
        {
            using (ReadSession.Begin(ReadConsistency.Snapshot))
            {
                if (policy == ReplicaLoss.Fail)
                {
                    await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(source));
                    return;
                }

                Assert.True((isAsync ? await ReadAsync(source) : Read(source)) >= 0);
                Assert.True(await ReadAsync(source) >= 0);
                Assert.NotEqual(Replica.Name, session.GetDecisions()[^1].Server);
            }
        }
        finally
        {
            await Replica.ResumeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_on_a_primary_that_stands_still_says_so(bool isAsync)
    {
        await using var source = Build(isReset: false);
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        await ReadAsync(source);
        await fixture.Cluster.Primary.PauseAsync();
        try
        {
            using (ReadSession.Begin(ReadConsistency.Snapshot))
            {
                await Assert.ThrowsAnyAsync<DbException>(() => isAsync ? ReadAsync(source) : Task.FromResult(Read(source)));
            }
        }
        finally
        {
            await fixture.Cluster.Primary.ResumeAsync();
        }
    }

    // What the reads of a session never get to see of a replica that was promoted.
    [Theory]
    [InlineData(ReplicaLoss.Primary, false)]
    [InlineData(ReplicaLoss.Primary, true)]
    [InlineData(ReplicaLoss.CaughtUp, true)]
    [InlineData(ReplicaLoss.Redraw, true)]
    [InlineData(ReplicaLoss.Fail, true)]
    public async Task A_replica_that_was_promoted_is_lost(ReplicaLoss policy, bool hasRead)
    {
        await using var source = Build();
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 2000 }
        );
        if (hasRead)
        {
            await ReadAsync(source);
        }
        else
        {
            using var other = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
            await ReadAsync(source);
        }

        await admin.ExecuteAsync("set global read_only = 0");
        try
        {
            foreach (var id in await admin.QueryAsync<long>("select id from information_schema.processlist where user = 'app'"))
            {
                await admin.ExecuteAsync($"kill {id}");
            }

            if (policy == ReplicaLoss.Fail)
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(source));
                return;
            }

            Assert.True(await ReadAsync(source) >= 0);
            Assert.True(Read(source) >= 0);
            Assert.All(session.GetDecisions().TakeLast(2), d => Assert.NotEqual(Replica.Name, d.Server));
        }
        finally
        {
            await admin.ExecuteAsync("set global read_only = 1");
        }
    }

    [Fact]
    public async Task A_replica_that_never_was_one_is_a_mistake_that_is_told()
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await admin.ExecuteAsync("set global read_only = 0");
        try
        {
            await using var source = Build();
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
            Assert.Contains(
                "AllowWritableReplicas",
                (await Assert.ThrowsAnyAsync<InvalidOperationException>(() => ReadAsync(source))).Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            await admin.ExecuteAsync("set global read_only = 1");
        }
    }

    // So that nobody is ahead of the one that is waited for.
    private Task StopAllAsync() => Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StopApplyingAsync()));

    private Task StartAllAsync() => Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.StartApplyingAsync()));

    private async Task WaitsAsync()
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await Eventually.IsAsync(
            async () =>
                await admin.ExecuteScalarAsync<long>(
                    "select count(*) from information_schema.processlist where user = 'app' and info like '%MASTER_GTID_WAIT%'"
                ) > 0,
            "the read waits"
        );
    }

    private ReplicatedMySqlDataSource Build(bool isReset = true)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(Text(fixture.Cluster.Primary, isReset)).RecordDecisions();
        foreach (var (replica, index) in fixture.Cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica(replica.Name, Text(replica, isReset), weight: index + 1);
        }

        return builder.Build();
    }

    private static string Text(MariaDbServer server, bool isReset) =>
        new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            ConnectionReset = isReset,
            ConnectionTimeout = 10,
            CancellationTimeout = -1,
        }.ConnectionString;

    private static async Task<long> WriteAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'x') returning id");
    }

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static long Read(ReplicatedMySqlDataSource source)
    {
        using var connection = source.OpenConnection();
        return connection.ExecuteScalar<long>(Newest);
    }
}
