using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A replica that is lost between two reads of a planned series is lost as between any others: unseen by the caller.</summary>
public sealed class KeptConnectionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    public enum Read
    {
        Scalar,
        Synchronous,
        Reader,
        Prepared,
        Batch,
        DapperOnClosedConnection,
    }

    public enum Death
    {
        Killed,
        ConnectionKilled,
        ShutDown,
    }

    public static IEnumerable<object[]> EveryRead =>
        from read in Enum.GetValues<Read>()
        from policy in Enum.GetValues<ReplicaLoss>()
        select new object[] { read, Death.Killed, policy };

    public static IEnumerable<object[]> EveryDeath =>
        from death in Enum.GetValues<Death>()
        from level in new[] { ReadConsistency.Monotonic, ReadConsistency.Causal }
        select new object[] { death, level };

    [Theory]
    [MemberData(nameof(EveryRead))]
    public async Task The_next_read_goes_on_as_the_policy_says(Read read, Death death, ReplicaLoss policy)
    {
        await using var source = Build();
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        await fixture.Cluster.WaitForReplicasAsync();
        using var session = Series(ReadConsistency.Monotonic, policy);
        var before = await ReadAsync(source, Read.Scalar);
        await DieAsync(death);
        try
        {
            if (policy is ReplicaLoss.Fail or ReplicaLoss.Restart)
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(source, read));
                await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(source, read));
                return;
            }

            Assert.True(await ReadAsync(source, read) >= before);
            var next = session.GetDecisions()[^1].Server;
            Assert.Equal(policy == ReplicaLoss.Primary, next == "primary");
            Assert.NotEqual(Replica.Name, next);
            Assert.Single(events, e => e.Kind == ReadSessionEventKind.Moved);
            Assert.True(await ReadAsync(source, read) >= before);
            Assert.Equal(next, session.GetDecisions()[^1].Server);
        }
        finally
        {
            await LiveAsync(death);
        }
    }

    [Theory]
    [MemberData(nameof(EveryDeath))]
    public async Task However_its_connection_died(Death death, ReadConsistency level)
    {
        await using var source = Build();
        using var session = Series(level, ReplicaLoss.Primary);
        var before = await ReadAsync(source, Read.Scalar);
        await DieAsync(death);
        try
        {
            Assert.True(await ReadAsync(source, Read.Scalar) >= before);
            Assert.True(await ReadAsync(source, Read.Scalar) >= before);
        }
        finally
        {
            await LiveAsync(death);
        }
    }

    [Fact]
    public async Task For_the_caller_the_connection_is_open_all_the_time()
    {
        await using var source = Build();
        using var session = Series(ReadConsistency.Monotonic, ReplicaLoss.Primary);
        await ReadAsync(source, Read.Scalar);
        await Replica.KillAsync();
        try
        {
            await using var connection = await source.OpenConnectionAsync();
            var closings = 0;
            connection.StateChange += (_, change) => closings += change.CurrentState == ConnectionState.Closed ? 1 : 0;
            await connection.ExecuteScalarAsync<long>(Newest);
            Assert.Equal((ConnectionState.Open, 0, "primary"), (connection.State, closings, connection.ServerName));
            await connection.CloseAsync();
            Assert.Equal((ConnectionState.Closed, 1), (connection.State, closings));
        }
        finally
        {
            await Replica.RestartAsync();
        }
    }

    // Nothing but its connections tells whether such a source's replica is the one that was read.
    [Fact]
    public async Task Without_identities_a_kept_connection_that_died_is_a_lost_replica()
    {
        var cluster = fixture.Cluster;
        var builder = new ReplicatedDataSourceBuilder().UsePrimary(new MySqlDataSource(cluster.Primary.ConnectionString));
        foreach (var (replica, index) in cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica(replica.Name, new MySqlDataSource(replica.ConnectionString), weight: index + 1);
        }

        await using var source = builder.UseTimeProvider(new LeaseTests.ClockWithoutTimers()).Build();
        using var session = Series(ReadConsistency.Monotonic, ReplicaLoss.Fail);
        async Task<long> ReadOnceAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<long>(Newest);
        }

        await ReadOnceAsync();
        await DieAsync(Death.ConnectionKilled);
        await Assert.ThrowsAsync<ReplicaLostException>(ReadOnceAsync);
    }

    // Only what is kept is tried again: a connection that its user holds tells of its death.
    [Fact]
    public async Task A_connection_that_its_user_holds_tells_of_its_death()
    {
        await using var source = Build();
        using var session = Series(ReadConsistency.Monotonic, ReplicaLoss.Primary);
        await ReadAsync(source, Read.Scalar);
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<long>(Newest);
        await Replica.KillAsync();
        try
        {
            await Assert.ThrowsAnyAsync<MySqlException>(() => connection.ExecuteScalarAsync<long>(Newest));
            Assert.True(await ReadAsync(source, Read.Scalar) >= 0);
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
        finally
        {
            await Replica.RestartAsync();
        }
    }

    [Fact]
    public async Task A_mistake_in_the_text_is_told_and_costs_no_replica()
    {
        await using var source = Build();
        using var session = Series(ReadConsistency.Monotonic, ReplicaLoss.Primary);
        await ReadAsync(source, Read.Scalar);
        await using (var connection = await source.OpenConnectionAsync())
        {
            await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteScalarAsync<long>("select nothing from writes"));
        }

        await ReadAsync(source, Read.Scalar);
        Assert.All(session.GetDecisions(), d => Assert.Equal(Replica.Name, d.Server));
    }

    private ReadSession Series(ReadConsistency level, ReplicaLoss policy) =>
        ReadSession.Begin(
            level,
            fixture.KeyOn(Replica),
            new ReadSessionOptions
            {
                Reads = 9,
                OnReplicaLoss = policy,
                MaxWaitMilliseconds = 10_000,
            }
        );

    // What is kept must be kept still when the replica is gone, however long that takes.
    private ReplicatedMySqlDataSource Build() =>
        fixture.BuildSource(b => b.RecordDecisions().UseTimeProvider(new LeaseTests.ClockWithoutTimers()));

    private async Task DieAsync(Death death)
    {
        // One that was in a pool may have been killed with the others.
        await using var admin = new MySqlConnection(Replica.AdminConnectionString + ";Pooling=false");
        await admin.OpenAsync();
        switch (death)
        {
            case Death.Killed:
                await Replica.KillAsync();
                break;
            case Death.ShutDown:
                // The server may close this connection before it answers.
                await Record.ExceptionAsync(() => admin.ExecuteAsync("/* now */ shutdown"));
                await Eventually.IsAsync(
                    async () =>
                    {
                        await using var late = new MySqlConnection(Replica.AdminConnectionString + ";Pooling=false");
                        return await Record.ExceptionAsync(() => late.OpenAsync()) is not null;
                    },
                    "the server takes no connections"
                );
                await Replica.KillAsync();
                break;
            default:
                foreach (var id in await admin.QueryAsync<long>("select id from information_schema.processlist where user = 'app'"))
                {
                    await admin.ExecuteAsync($"kill {id}");
                }

                break;
        }
    }

    private Task LiveAsync(Death death) => death == Death.ConnectionKilled ? Task.CompletedTask : Replica.RestartAsync();

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source, Read read)
    {
        if (read == Read.DapperOnClosedConnection)
        {
            await using var closed = source.CreateConnection();
            return (await closed.QueryAsync<long>(Newest)).Single();
        }

        if (read == Read.Synchronous)
        {
            using var opened = source.OpenConnection();
            return opened.ExecuteScalar<long>(Newest);
        }

        await using var connection = await source.OpenConnectionAsync();
        if (read == Read.Batch)
        {
            await using var batch = connection.CreateBatch();
            var one = batch.CreateBatchCommand();
            one.CommandText = Newest;
            batch.BatchCommands.Add(one);
            return Convert.ToInt64(await batch.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
        }

        await using var command = connection.CreateCommand();
        command.CommandText = Newest;
        if (read == Read.Prepared)
        {
            await command.PrepareAsync();
        }

        if (read != Read.Reader)
        {
            return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
        }

        await using DbDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return reader.GetInt64(0);
    }
}
