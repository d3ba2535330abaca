using System.Diagnostics;
using Dapper;
using MySqlConnector;
using static MonotonicReads.Cluster.Tests.TheCluster.ClusterFixture;

namespace MonotonicReads.Cluster.Tests.TheCluster;

public sealed class FailureTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly MariaDbCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task A_killed_replica_refuses_connections_and_comes_back_on_its_port_with_all_changes()
    {
        var table = await fixture.NewTableAsync();
        var replica = _cluster.Replicas[0];
        var port = replica.Port;
        for (var n = 0; n < 50; n++)
        {
            await ExecuteAsync(_cluster.Primary, $"insert into {table} values ({n})");
        }

        await replica.KillAsync();
        var refused = await Assert.ThrowsAsync<MySqlException>(() => CountAsync(replica, table));
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, refused.ErrorCode);
        Assert.Throws<InvalidOperationException>(() => replica.ProcessId);
        await ExecuteAsync(_cluster.Primary, $"insert into {table} values (50)");

        await replica.RestartAsync();
        Assert.Equal(port, replica.Port);
        await replica.CatchUpAsync();
        Assert.Equal(51, await CountAsync(replica, table));
    }

    [Fact]
    public async Task A_restarted_replica_keeps_its_delay()
    {
        var table = await fixture.NewTableAsync();
        var replica = _cluster.Replicas[1];
        await replica.SetDelayAsync(TimeSpan.FromSeconds(2));
        try
        {
            await replica.RestartAsync();
            await ExecuteAsync(_cluster.Primary, $"insert into {table} values (1)");
            await _cluster.Replicas[2].CatchUpAsync();
            Assert.Equal(0, await CountAsync(replica, table));
        }
        finally
        {
            await replica.SetDelayAsync(TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task A_paused_replica_accepts_nothing_and_a_resumed_one_answers_from_where_it_was()
    {
        var table = await fixture.NewTableAsync();
        var replica = _cluster.Replicas[2];
        await using var connection = new MySqlConnection(replica.ConnectionString);
        await connection.OpenAsync();

        await replica.PauseAsync();
        try
        {
            var started = Stopwatch.GetTimestamp();
            await using var second = new MySqlConnection(
                new MySqlConnectionStringBuilder(replica.ConnectionString) { Pooling = false }.ConnectionString
            );
            await Assert.ThrowsAsync<MySqlException>(second.OpenAsync);
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds > 1.5);
        }
        finally
        {
            await replica.ResumeAsync();
        }

        Assert.Equal(0, await connection.ExecuteScalarAsync<long>($"select count(*) from {table}"));
    }

    [Fact]
    public async Task The_primary_restarts_over_the_same_files_and_its_replicas_follow_again()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await ExecuteAsync(cluster.Primary, "create table kept (n int)");
        await cluster.WaitForReplicasAsync();
        await Task.Delay(1_500); // the log is flushed once a second; what is older than that survives a kill
        await cluster.Primary.RestartAsync();
        await ExecuteAsync(cluster.Primary, "insert into kept values (1)");
        await cluster.WaitForReplicasAsync();
        Assert.Equal(1, await CountAsync(cluster.Replicas[0], "kept"));
    }
}
