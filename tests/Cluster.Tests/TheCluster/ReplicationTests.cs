using System.Diagnostics;
using Dapper;
using MySqlConnector;
using static MonotonicReads.Cluster.Tests.TheCluster.ClusterFixture;

namespace MonotonicReads.Cluster.Tests.TheCluster;

public sealed class ReplicationTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly MariaDbCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Every_server_is_a_process_of_its_own_with_its_own_id()
    {
        var servers = _cluster.Replicas.Prepend(_cluster.Primary).ToArray();
        Assert.Equal(["primary", "replica1", "replica2", "replica3"], servers.Select(server => server.Name));
        Assert.Equal(4, servers.Select(server => server.Port).Distinct().Count());
        foreach (var server in servers)
        {
            await using var connection = new MySqlConnection(server.ConnectionString);
            Assert.Equal(server.ServerId, await connection.ExecuteScalarAsync<int>("select @@server_id"));
        }
    }

    /// <summary>What nothing has been written to is caught up without a connection; a cluster has started when it has one.</summary>
    [Fact]
    public async Task A_replica_without_a_connection_to_its_primary_has_not_started()
    {
        await using var fresh = await MariaDbCluster.StartAsync(replicas: 1);
        var replica = fresh.Replicas[0];
        var nothing = await fresh.Primary.ScalarAsync("select @@gtid_binlog_pos", default);
        await fresh.Primary.PauseAsync();
        await replica.ReplicateAsync(default);
        await replica.CatchUpAsync(nothing, TimeSpan.FromSeconds(30), default);
        var waited = await Assert.ThrowsAsync<TimeoutException>(() => replica.ReceivesAsync(TimeSpan.FromSeconds(1), default));
        Assert.Matches("replica1 did not receive within 1 seconds: Slave_IO_Running=(Connecting|Preparing)", waited.Message);

        await fresh.Primary.ResumeAsync();
        await replica.ReceivesAsync(TimeSpan.FromMinutes(1), default);
    }

    [Fact]
    public async Task A_MySQL_replica_without_the_primarys_database_has_not_started()
    {
        await using var fresh = await MySqlCluster.StartAsync(MySqlRelease.Oldest, replicas: 1);
        var system = fresh.Replicas[0].Replace("Database=app", "Database=mysql", StringComparison.Ordinal);
        await MySqlCluster.ExecuteAsync(system, "DROP DATABASE app");
        var waiting = fresh.Servers[1].HasDatabaseAsync();
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1)));
        Assert.False(waiting.IsCompleted);

        await MySqlCluster.ExecuteAsync(system, "CREATE DATABASE app");
        await waiting;
    }

    [Fact]
    public async Task A_row_written_to_the_primary_is_on_every_replica_after_the_wait()
    {
        var table = await fixture.NewTableAsync();
        await ExecuteAsync(_cluster.Primary, $"insert into {table} values (1), (2)");
        await _cluster.WaitForReplicasAsync();
        foreach (var replica in _cluster.Replicas)
        {
            Assert.Equal(2, await CountAsync(replica, table));
        }
    }

    [Fact]
    public async Task A_replica_refuses_the_writes_of_the_application_and_the_primary_takes_them()
    {
        var table = await fixture.NewTableAsync();
        var refused = await Assert.ThrowsAsync<MySqlException>(() => ExecuteAsync(_cluster.Replicas[0], $"insert into {table} values (1)"));
        Assert.Equal(MySqlErrorCode.OptionPreventsStatement, refused.ErrorCode);
        await ExecuteAsync(_cluster.Primary, $"insert into {table} values (1)");
    }

    [Fact]
    public async Task A_delayed_replica_shows_a_row_only_after_its_delay_and_the_others_at_once()
    {
        var table = await fixture.NewTableAsync();
        var delayed = _cluster.Replicas[2];
        await delayed.SetDelayAsync(TimeSpan.FromSeconds(2));
        try
        {
            // MariaDB compares whole seconds of the primary's clock, so a delay of two seconds is at least one.
            var written = Stopwatch.GetTimestamp();
            await ExecuteAsync(_cluster.Primary, $"insert into {table} values (1)");
            await _cluster.Replicas[0].CatchUpAsync();
            Assert.Equal(1, await CountAsync(_cluster.Replicas[0], table));
            Assert.Equal(0, await CountAsync(delayed, table));

            await delayed.CatchUpAsync();
            Assert.True(Stopwatch.GetElapsedTime(written).TotalSeconds > 1);
            Assert.Equal(1, await CountAsync(delayed, table));
        }
        finally
        {
            await delayed.SetDelayAsync(TimeSpan.Zero);
        }

        await ExecuteAsync(_cluster.Primary, $"insert into {table} values (2)");
        await delayed.CatchUpAsync();
        Assert.Equal(2, await CountAsync(delayed, table));
    }

    [Theory]
    [InlineData(-1_000)]
    [InlineData(1_500)]
    public async Task A_delay_that_MariaDB_cannot_express_is_refused(int milliseconds) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            _cluster.Replicas[0].SetDelayAsync(TimeSpan.FromMilliseconds(milliseconds))
        );

    [Fact]
    public async Task A_replica_that_stopped_applying_stands_still_until_it_starts_again()
    {
        var table = await fixture.NewTableAsync();
        var frozen = _cluster.Replicas[1];
        await frozen.StopApplyingAsync();
        try
        {
            await ExecuteAsync(_cluster.Primary, $"insert into {table} values (1)");
            var late = await Assert.ThrowsAsync<TimeoutException>(() => frozen.CatchUpAsync(TimeSpan.FromMilliseconds(300)));
            Assert.Contains("replica2", late.Message, StringComparison.Ordinal);
            Assert.Equal(0, await CountAsync(frozen, table));
        }
        finally
        {
            await frozen.StartApplyingAsync();
        }

        await frozen.CatchUpAsync();
        Assert.Equal(1, await CountAsync(frozen, table));
    }

    [Fact]
    public async Task A_replica_whose_replication_stopped_catches_up_when_it_starts_again()
    {
        var table = await fixture.NewTableAsync();
        var apart = _cluster.Replicas[1];
        await apart.StopReplicationAsync();
        try
        {
            await ExecuteAsync(_cluster.Primary, $"insert into {table} values (1)");
            await Assert.ThrowsAsync<TimeoutException>(() => _cluster.WaitForReplicasAsync(TimeSpan.FromMilliseconds(300)));
            Assert.Equal(0, await CountAsync(apart, table));
        }
        finally
        {
            await apart.StartReplicationAsync();
        }

        await _cluster.WaitForReplicasAsync();
        Assert.Equal(1, await CountAsync(apart, table));
    }
}
