using System.Transactions;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>All reads of a snapshot show one moment, whatever is committed and applied meanwhile.</summary>
public sealed class SnapshotTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Count = "select count(*) from writes";

    [Theory]
    [InlineData(ReadConsistency.Snapshot, false)]
    [InlineData(ReadConsistency.Monotonic, true)]
    public async Task Its_reads_show_one_moment_and_those_of_a_monotonic_session_go_on(ReadConsistency level, bool goesOn)
    {
        using var session = ReadSession.Begin(level);
        var before = await ReadAsync(Count);
        await WriteElsewhereAsync();
        var after = await ReadAsync(Count);
        Assert.Equal(goesOn ? 1 : 0, after - before);
    }

    /// <summary>Its connections are one, whoever has them: none of the session's is open when they are closed, and none is counted twice.</summary>
    [Fact]
    public async Task One_within_a_session_leaves_nothing_that_the_barrier_would_wait_for()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            for (var i = 0; i < 3; i++)
            {
                await ReadAsync(Count);
            }
        }

        var pin = session.PinFor(fixture.Source.Routed);
        await Eventually.IsAsync(() => pin.EndedReads is not null, "the snapshot's connection is closed");
        Assert.True(pin.NeedsBarrier);
        await using (var connection = await fixture.Source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteScalarAsync<long>(Count);
        }

        Assert.False(pin.NeedsBarrier);
    }

    /// <summary>READ COMMITTED is the default of many servers, and there <c>WITH CONSISTENT SNAPSHOT</c> alone is no snapshot.</summary>
    [Fact]
    public async Task It_is_one_moment_where_the_servers_default_is_READ_COMMITTED()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1, ["--transaction-isolation=READ-COMMITTED"]);
        await using var admin = new MySqlConnection(cluster.Primary.ConnectionString);
        await admin.ExecuteAsync("create table writes (id bigint auto_increment primary key)");
        await cluster.WaitForReplicasAsync();
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(cluster.Primary.ConnectionString)
            .AddReplica("r1", cluster.Replicas[0].ConnectionString)
            .Build();

        await using (var bare = new MySqlConnection(cluster.Replicas[0].ConnectionString))
        {
            await bare.OpenAsync();
            await bare.ExecuteAsync("start transaction read only, with consistent snapshot");
            var first = await bare.ExecuteScalarAsync<long>(Count);
            await admin.ExecuteAsync("insert into writes values ()");
            await cluster.WaitForReplicasAsync();
            Assert.Equal(first + 1, await bare.ExecuteScalarAsync<long>(Count));
        }

        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        var before = await ReadAsync(Count, source);
        await admin.ExecuteAsync("insert into writes values ()");
        await cluster.WaitForReplicasAsync();
        Assert.Equal(before, await ReadAsync(Count, source));
    }

    [Fact]
    public async Task All_its_connections_are_one_on_the_replica_that_it_draws()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var replica = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(ReadConsistency.Snapshot, fixture.SessionOn(replica));
        await using var outer = await source.OpenConnectionAsync();
        var first = await outer.ExecuteScalarAsync<long>("select this_connection()");
        await using (var inner = await source.OpenConnectionAsync())
        {
            Assert.Equal(first, await inner.ExecuteScalarAsync<long>("select this_connection()"));
        }

        Assert.Equal(first, await outer.ExecuteScalarAsync<long>("select this_connection()"));
        await using var closed = source.CreateConnection();
        Assert.Equal([first], await closed.QueryAsync<long>("select this_connection()"));
        Assert.Equal(first, await ReadAsync("select this_connection()", source));
        Assert.All(
            session.GetDecisions(),
            decision => Assert.Equal((replica.Name, ReadConsistency.Snapshot), (decision.Server, decision.Consistency))
        );
        Assert.Equal(5, session.GetDecisions().Count);
    }

    [Fact]
    public async Task Reads_side_by_side_run_one_after_the_other()
    {
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        var before = await ReadAsync(Count);
        var reads = Enumerable
            .Range(0, 20)
            .Select(async i =>
            {
                await Task.Yield();
                if (i % 5 == 0)
                {
                    await WriteElsewhereAsync();
                }

                // Few of them block a thread: the pool has not many.
                return i % 10 != 1 ? await ReadAsync(Count) : await Task.Run(() => ReadSynchronously(Count));
            });
        Assert.Equal(Enumerable.Repeat(before, 20), await Task.WhenAll(reads));
    }

    [Fact]
    public async Task An_open_reader_holds_up_the_next_read_until_it_is_closed_or_for_as_long_as_a_connection_may_take_to_open()
    {
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        await using (var impatient = WithTimeout(seconds: 1))
        await using (var connection = await impatient.OpenConnectionAsync())
        await using (var reader = await connection.ExecuteReaderAsync("select 1 union select 2"))
        {
            await reader.ReadAsync();
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(Count, impatient));
            Assert.Contains("one connection", refused.Message);
        }

        await using (var patient = WithTimeout(seconds: 60))
        await using (var connection = await patient.OpenConnectionAsync())
        {
            var reader = await connection.ExecuteReaderAsync("select 1 union select 2");
            await reader.ReadAsync();
            var waiting = ReadAsync("select 7", patient);
            await Task.Delay(100);
            Assert.False(waiting.IsCompleted);
            await reader.DisposeAsync();
            Assert.Equal(7, await waiting);
        }
    }

    private ReplicatedMySqlDataSource WithTimeout(uint seconds) =>
        new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(
                new MySqlConnectionStringBuilder(fixture.Cluster.Primary.ConnectionString) { ConnectionTimeout = seconds }.ConnectionString
            )
            .AddReplica("replica1", fixture.Cluster.Replicas[0].ConnectionString)
            .Build();

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_turn_to_the_next()
    {
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        var reader = await connection.ExecuteReaderAsync("select 1 union select 2");
        await reader.ReadAsync();
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await fixture.Source.OpenConnectionAsync(soon.Token));
        await reader.DisposeAsync();
        Assert.Equal(7, await ReadAsync("select 7"));
    }

    [Fact]
    public async Task A_reader_that_closes_its_connection_leaves_the_snapshot_to_the_others()
    {
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        var before = await ReadAsync(Count);
        await using var connection = fixture.Source.CreateConnection();
        await using (var reader = await connection.ExecuteReaderAsync(Count))
        {
            await reader.ReadAsync();
            Assert.Equal(before, reader.GetInt64(0));
        }

        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        await WriteElsewhereAsync();
        Assert.Equal(before, await ReadAsync(Count));
        await connection.OpenAsync();
        Assert.Equal(before, await connection.ExecuteScalarAsync<long>(Count));
    }

    [Fact]
    public async Task It_only_reads()
    {
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ExecuteAsync("insert into writes (server) values ('x')"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.QueryAsync("select * from writes for update"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.BeginTransactionAsync());
        Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
        Assert.Throws<InvalidOperationException>(() => connection.ChangeDatabase("mysql"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await fixture.Source.Primary.OpenConnectionAsync());
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(Count));
        }

        Assert.True(await ReadAsync(Count) >= 0);
    }

    [Fact]
    public async Task Connections_of_before_and_after_say_so()
    {
        await using var early = await fixture.Source.OpenConnectionAsync();
        var late = fixture.Source.CreateConnection();
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            Assert.Contains(
                "outside the snapshot",
                (await Assert.ThrowsAsync<InvalidOperationException>(() => early.ExecuteScalarAsync<long>(Count))).Message
            );
            await late.OpenAsync();
            await late.ExecuteScalarAsync<long>(Count);
        }

        // Ended, or closed already; Dapper would open it again, outside the session.
        await using var command = late.CreateCommand();
        command.CommandText = Count;
        await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());
        await late.DisposeAsync();
        Assert.True(await early.ExecuteScalarAsync<long>(Count) >= 0);
    }

    [Fact]
    public async Task Its_transaction_ends_with_it()
    {
        var replica = fixture.Cluster.Replicas[2];
        await using var admin = new MySqlConnection(replica.AdminConnectionString);
        await admin.OpenAsync();
        long id;
        using (ReadSession.Begin(ReadConsistency.Snapshot, fixture.SessionOn(replica)))
        {
            id = await ReadAsync("select this_connection()");
            await ReadAsync(Count);
            Assert.Equal(1, await OpenTransactionsAsync());
        }

        await Eventually.IsAsync(
            async () =>
            {
                // The server makes this table anew only when nobody has read it for a tenth of a second.
                await Task.Delay(200);
                return await OpenTransactionsAsync() == 0;
            },
            "the transaction has ended"
        );

        async Task<long> OpenTransactionsAsync() =>
            await admin.ExecuteScalarAsync<long>(
                "select count(*) from information_schema.innodb_trx where trx_mysql_thread_id = @id",
                new { id }
            );
    }

    [Fact]
    public async Task A_broken_connection_is_the_end_of_it_under_every_policy()
    {
        foreach (var policy in Enum.GetValues<ReplicaLoss>())
        {
            var replica = fixture.Cluster.Replicas[0];
            using var session = ReadSession.Begin(
                ReadConsistency.Snapshot,
                fixture.KeyOn(replica),
                new ReadSessionOptions { OnReplicaLoss = policy }
            );
            var id = await ReadAsync("select this_connection()");
            await using var admin = new MySqlConnection(replica.AdminConnectionString);
            await admin.ExecuteAsync($"kill {id}");
            await Assert.ThrowsAsync<MySqlException>(() => ReadAsync(Count));
            var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(Count));
            Assert.Contains("snapshot", lost.Message);
        }
    }

    [Fact]
    public async Task Inside_a_session_it_is_an_episode_on_the_same_replica()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var before = await ReadAsync(Count, source);
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            using (ReadSession.Begin(ReadConsistency.Monotonic))
            {
                Assert.Equal(before, await ReadAsync(Count, source));
            }

            await WriteElsewhereAsync();
            Assert.Equal(before, await ReadAsync(Count, source));
        }

        Assert.Equal(before + 1, await ReadAsync(Count, source));
        Assert.Single(session.GetDecisions().Select(decision => decision.Server).Distinct());
    }

    [Fact]
    public async Task Begun_inside_a_causal_session_it_contains_the_write()
    {
        for (var i = 0; i < 50; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            var note = Guid.NewGuid().ToString();
            await using (var primary = await fixture.Source.Primary.OpenConnectionAsync())
            {
                await primary.ExecuteAsync("insert into writes (server, note) values ('x', @note)", new { note });
            }

            using (ReadSession.Begin(ReadConsistency.Snapshot))
            {
                await using var connection = await fixture.Source.OpenConnectionAsync();
                Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from writes where note = @note", new { note }));
            }
        }
    }

    [Theory]
    [InlineData(ReadConsistency.Causal)]
    [InlineData(ReadConsistency.Primary)]
    public void Nothing_stronger_begins_inside_it(ReadConsistency level)
    {
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            Assert.Contains("one moment", Assert.Throws<InvalidOperationException>(() => ReadSession.Begin(level)).Message);
            using var other = ReadSession.Begin(level, Guid.NewGuid());
            Assert.Equal(level, ReadSession.Current!.Consistency);
        }

        Assert.Null(ReadSession.Current);
    }

    [Fact]
    public async Task In_a_session_on_the_primary_the_snapshot_is_the_primarys()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            var before = await ReadAsync(Count, source);
            await WriteElsewhereAsync();
            Assert.Equal(before, await ReadAsync(Count, source));
        }

        Assert.All(session.GetDecisions(), decision => Assert.Equal("primary", decision.Server));
    }

    [Fact]
    public async Task What_it_saw_travels_as_a_monotonic_session()
    {
        var options = SessionTokenOptions.WithKey(new byte[32]);
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Snapshot))
        {
            await ReadAsync(Count);
            token = await session.ToTokenAsync(options);
        }

        using var resumed = ReadSession.Resume(token, options);
        Assert.Equal(ReadConsistency.Monotonic, resumed.Consistency);
        Assert.True(await ReadAsync(Count) >= 0);
        Assert.Throws<ArgumentException>(() => ReadSession.Resume(token, ReadConsistency.Snapshot, new ReadSessionOptions(), options));
    }

    private Task<long> ReadAsync(string text) => ReadAsync(text, fixture.Source);

    private static async Task<long> ReadAsync(string text, ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(text);
    }

    private long ReadSynchronously(string text)
    {
        using var connection = fixture.Source.OpenConnection();
        return connection.ExecuteScalar<long>(text);
    }

    private async Task WriteElsewhereAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        await connection.ExecuteAsync("insert into writes (server, note) values ('elsewhere', 'x')");
        await fixture.Cluster.WaitForReplicasAsync();
    }
}
