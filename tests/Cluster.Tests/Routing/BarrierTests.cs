using System.Transactions;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A primary that is really behind its replicas: its commits wait for a semi-synchronous acknowledgement, their log
/// records are out already. A session that has read such a record never reads the primary without it.
/// </summary>
public sealed class BarrierTests(FlushingFixture fixture) : IClassFixture<FlushingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    [Theory]
    [InlineData(ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.CaughtUp)]
    public async Task A_session_does_not_move_to_a_primary_that_is_behind_it(ReplicaLoss policy)
    {
        await using var source = fixture.BuildSource();
        await using var stuck = await StuckPrimary.CreateAsync(fixture.Cluster);
        var ahead = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(ahead),
            new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 300 }
        );
        await fixture.Cluster.Replicas[2].StopApplyingAsync(); // nobody else may have it
        var seen = await stuck.WriteAsync(ahead, () => AskAsync(source));
        await ahead.KillAsync();
        try
        {
            var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => AskAsync(source));

            Assert.Contains("committed in time", exception.Message, StringComparison.Ordinal);
            Assert.True(await stuck.NewestOnPrimaryAsync() < seen, "The primary was not behind: the test proves nothing.");
        }
        finally
        {
            await stuck.ReleaseAsync();
            await ahead.RestartAsync();
            await fixture.Cluster.Replicas[2].StartApplyingAsync();
        }
    }

    [Fact]
    public async Task It_waits_for_the_primary_within_its_budget()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await using var stuck = await StuckPrimary.CreateAsync(fixture.Cluster);
        var ahead = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(ahead),
            new ReadSessionOptions { MaxWaitMilliseconds = 60_000 }
        );
        var seen = await stuck.WriteAsync(ahead, () => AskAsync(source));
        await ahead.KillAsync();
        try
        {
            var read = AskAsync(source);
            await Task.Delay(300);
            Assert.False(read.IsCompleted);
            await stuck.ReleaseAsync();

            Assert.Equal(seen, await read);
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
        finally
        {
            await stuck.ReleaseAsync();
            await ahead.RestartAsync();
        }
    }

    /// <summary>Its moment is that of its beginning, which is when the connection opens.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_scope_of_a_snapshot_begins_behind_it(bool isSync)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions(), primaryOptions: "UseXaTransactions=False");
        await using var stuck = await StuckPrimary.CreateAsync(fixture.Cluster);
        var ahead = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(ahead),
            new ReadSessionOptions { MaxWaitMilliseconds = 60_000 }
        );
        var seen = await stuck.WriteAsync(ahead, () => AskAsync(source));
        try
        {
            var read = Task.Run(() => AskInScopeAsync(source, isSync));
            await Task.Delay(300);
            Assert.False(read.IsCompleted);
            await stuck.ReleaseAsync();

            Assert.Equal(seen, await read);
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
        finally
        {
            await stuck.ReleaseAsync();
        }
    }

    [Fact]
    public async Task A_nested_primary_part_and_a_transaction_wait_for_it_too()
    {
        await using var source = fixture.BuildSource();
        await using var stuck = await StuckPrimary.CreateAsync(fixture.Cluster);
        var ahead = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(ahead),
            new ReadSessionOptions { MaxWaitMilliseconds = 100 }
        );
        await stuck.WriteAsync(ahead, () => AskAsync(source));
        try
        {
            using (ReadSession.Begin(ReadConsistency.Primary))
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => AskAsync(source));
            }

            await using var connection = await source.OpenConnectionAsync();
            await Assert.ThrowsAsync<ReplicaLostException>(async () => await connection.BeginTransactionAsync());
            await using var primary = await source.Primary.OpenConnectionAsync();
            await Assert.ThrowsAsync<ReplicaLostException>(() => primary.ExecuteScalarAsync<long>(Newest));
        }
        finally
        {
            await stuck.ReleaseAsync();
        }
    }

    [Fact]
    public async Task Another_primary_is_not_read_unless_it_has_what_was_seen()
    {
        await using var source = fixture.BuildSource();
        var replica = fixture.Cluster.Replicas[1];
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            await AskAsync(source); // so that the primary is known before it restarts
        }

        await fixture.Cluster.Primary.OldEnoughAsync();
        var key = fixture.KeyOn(replica);
        using var unknown = ReadSession.Begin(ReadConsistency.Monotonic, key);
        await AskAsync(source);
        using var known = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(replica));
        using var policy = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail });
        await AskAsync(source);
        policy.Dispose();
        known.Dispose();

        await fixture.Cluster.Primary.RestartAsync();
        await replica.KillAsync();
        try
        {
            var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => AskAsync(source));
            Assert.Contains("another run of it", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            await replica.RestartAsync();
        }
    }

    [Theory]
    [InlineData(ReadConsistency.Primary, ReplicaLoss.Primary, false, true)]
    [InlineData(ReadConsistency.Primary, ReplicaLoss.Redraw, false, false)]
    [InlineData(ReadConsistency.Causal, ReplicaLoss.Primary, false, false)]
    [InlineData(ReadConsistency.Causal, ReplicaLoss.Primary, true, true)]
    public async Task A_session_that_read_on_a_primary_is_lost_with_that_run_of_it(
        ReadConsistency level,
        ReplicaLoss policy,
        bool loses,
        bool isLost
    )
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(level, new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 0 });
        await using (var primary = source.Primary.CreateConnection())
        {
            await primary.ExecuteAsync("insert into writes (server, note) values ('primary', 'before')");
            await primary.ExecuteScalarAsync<long>(Newest);
        }

        if (loses)
        {
            // As if its last second were missing: nothing that runs here has it.
            session.ObserveWrite(MariaDbGtidList.Parse("0-1-999999"));
        }

        await fixture.Cluster.Primary.OldEnoughAsync();
        await fixture.Cluster.Primary.RestartAsync();
        await ExecuteAsync(fixture.Cluster.Primary, "set global innodb_flush_log_at_trx_commit = 1"); // as it would have been all the time
        await using var again = source.Primary.CreateConnection();
        if (isLost)
        {
            var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => again.ExecuteScalarAsync<long>(Newest));
            Assert.Contains("another run of it", exception.Message, StringComparison.Ordinal);
            await again.ExecuteAsync("insert into writes (server, note) values ('primary', 'it may still write')");
        }
        else
        {
            Assert.True(await again.ExecuteScalarAsync<long>(Newest) > 0);
        }
    }

    private static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }

    private static async Task<long> AskInScopeAsync(ReplicatedMySqlDataSource source, bool isSync)
    {
        var options = new TransactionOptions { IsolationLevel = IsolationLevel.Snapshot };
        using var scope = new TransactionScope(TransactionScopeOption.Required, options, TransactionScopeAsyncFlowOption.Enabled);
        return isSync ? Ask(source) : await AskAsync(source);
    }

    private static long Ask(ReplicatedMySqlDataSource source)
    {
        using var connection = source.CreateConnection();
        return connection.ExecuteScalar<long>(Newest);
    }

    private static async Task<long> AskAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    /// <summary>Commits on the primary hang after their log record is out, because the one that has to acknowledge it is stopped.</summary>
    private sealed class StuckPrimary : IAsyncDisposable
    {
        private readonly MariaDbCluster _cluster;
        private Task _write = Task.CompletedTask;
        private bool _isReleased;

        private StuckPrimary(MariaDbCluster cluster) => _cluster = cluster;

        private MariaDbReplica Acknowledger => _cluster.Replicas[0];

        public static async Task<StuckPrimary> CreateAsync(MariaDbCluster cluster)
        {
            var stuck = new StuckPrimary(cluster);
            await ExecuteAsync(stuck.Acknowledger, "stop slave; set global rpl_semi_sync_slave_enabled = 1; start slave");
            await ExecuteAsync(
                cluster.Primary,
                "set global rpl_semi_sync_master_enabled = 1; set global rpl_semi_sync_master_wait_point = 'AFTER_SYNC'; set global rpl_semi_sync_master_timeout = 60000"
            );
            await using var primary = new MySqlConnection(cluster.Primary.AdminConnectionString);
            await Eventually.IsAsync(
                async () =>
                    await primary.QuerySingleAsync<string>(
                        "select variable_value from information_schema.global_status where variable_name = 'Rpl_semi_sync_master_clients'"
                    ) != "0",
                "the primary waits for a replica's acknowledgement"
            );

            await cluster.WaitForReplicasAsync();
            await stuck.Acknowledger.PauseAsync();
            return stuck;
        }

        /// <summary>Starts a write that hangs, and reads until it is seen ahead of the primary.</summary>
        public async Task<long> WriteAsync(MariaDbReplica ahead, Func<Task<long>> read)
        {
            var before = await NewestOnPrimaryAsync();
            _write = Task.Run(() => ExecuteAsync(_cluster.Primary, "insert into app.writes (server, note) values ('primary', 'stuck')"));
            var newest = before;
            await Eventually.IsAsync(async () => (newest = await read()) > before, $"the write has reached {ahead.Name}");
            return newest;
        }

        public async Task<long> NewestOnPrimaryAsync()
        {
            await using var connection = new MySqlConnection(_cluster.Primary.AdminConnectionString);
            return await connection.ExecuteScalarAsync<long>("select coalesce(max(id), 0) from app.writes");
        }

        public async Task ReleaseAsync()
        {
            if (!_isReleased)
            {
                _isReleased = true;
                await Acknowledger.ResumeAsync();
                await ExecuteAsync(_cluster.Primary, "set global rpl_semi_sync_master_enabled = 0");
                await ExecuteAsync(Acknowledger, "stop slave; set global rpl_semi_sync_slave_enabled = 0; start slave");
                await _write;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await ReleaseAsync();
            await _cluster.WaitForReplicasAsync();
        }

        private static async Task ExecuteAsync(MariaDbServer server, string sql)
        {
            await using var connection = new MySqlConnection(server.AdminConnectionString);
            await connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 60));
        }
    }
}
