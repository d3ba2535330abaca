using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>What the health check tells of a MariaDB cluster, in the words in which an operator reads it.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private MariaDbCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await MariaDbCluster.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task All_up()
    {
        await using var app = Build();
        await UntilTextAsync(
            app,
            """
            Healthy: The primary and 3 replicas are up; the largest lag is 0 s.
              primary: up
              replica1: up, replication running, lag 0 s, weight 1
              replica2: up, replication running, lag 0 s, weight 1
              replica3: up, replication running, lag 0 s, weight 1
            """
        );
    }

    [Fact]
    public async Task A_replica_that_does_not_replicate_any_more()
    {
        await using var app = Build(o => o.Monitor = Checked.Often(m => m.MaxLag = TimeSpan.FromSeconds(10)));
        await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
        await _cluster.Replicas[1].StopApplyingAsync();
        await UntilTextAsync(
            app,
            """
            Degraded: 1 of 3 replicas is not well: replica2 (its applier (SQL thread) was stopped; it takes no new sessions).
              primary: up
              replica1: up, replication running, lag 0 s, weight 1
              replica2: up, replication stopped, lag unknown, weight 1, takes no new sessions: its applier (SQL thread) was stopped
              replica3: up, replication running, lag 0 s, weight 1
            """
        );
        await _cluster.Replicas[1].StartApplyingAsync();
        await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
    }

    [Fact]
    public async Task A_user_who_may_not_know_the_lag()
    {
        await AdminAsync(
            _cluster.Primary,
            "create user poor identified by 'poor'; grant select on app.* to poor; grant binlog monitor on *.* to poor"
        );
        await _cluster.WaitForReplicasAsync();
        await using var app = Build(user: "poor", password: "poor");
        const string why = "its user lacks SLAVE MONITOR (error 1227, the user may not do that)";
        await UntilTextAsync(
            app,
            $"""
            Degraded: 3 of 3 replicas are not well: replica1 ({why}); replica2 ({why}); replica3 ({why}).
              primary: up
              replica1: up, replication unknown, lag unknown, weight 1: {why}
              replica2: up, replication unknown, lag unknown, weight 1: {why}
              replica3: up, replication unknown, lag unknown, weight 1: {why}
            """
        );
    }

    [Fact]
    public async Task A_wrong_password_everywhere()
    {
        // No number of failures makes a server well that was never reached.
        await using var app = Build(o => o.Monitor = Checked.Often(m => m.FailuresUntilDown = 1_000_000), password: "wrong");
        const string why = "Access denied for user 'app'@'127.0.0.1' (using password: YES)";
        await UntilTextAsync(
            app,
            $"""
            Unhealthy: No server can be reached: primary ({why}); replica1 ({why}); replica2 ({why}); replica3 ({why}).
              primary: down: {why}
              replica1: down, replication unknown, lag unknown, weight 1: {why}
              replica2: down, replication unknown, lag unknown, weight 1: {why}
              replica3: down, replication unknown, lag unknown, weight 1: {why}
            """
        );
    }

    [Theory]
    [InlineData("Database=none", "Unknown database 'none'")]
    [InlineData("Server=no.such.host.invalid", "Unable to connect to any of the specified MySQL hosts")]
    public async Task A_primary_that_refuses(string wrong, string why)
    {
        await using var app = new Checked(
            $"{_cluster.Primary.ConnectionString};{wrong}",
            _cluster.Replicas.Select(r => r.ConnectionString)
        );
        var entry = await app.UntilAsync(entry =>
            entry.Description!.EndsWith("Reads go on on replica1, replica2, replica3.", StringComparison.Ordinal)
        );
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.StartsWith($"The primary cannot be reached: {why}", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_with_too_many_connections()
    {
        var victim = _cluster.Replicas[0];
        var taken = new List<MySqlConnection>();
        await AdminAsync(victim, "set global max_connections = 10");
        try
        {
            await using var app = Build();

            // One more than the limit is the administrator's, whose place is taken too.
            var alone = new MySqlConnectionStringBuilder(victim.AdminConnectionString) { Pooling = false }.ConnectionString;
            MySqlException? full = null;
            while (full is null)
            {
                var one = new MySqlConnection(alone);
                try
                {
                    await one.OpenAsync();
                    taken.Add(one);
                }
                catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.ConnectionCountError)
                {
                    full = exception;
                    await one.DisposeAsync();
                }
            }

            await app.UntilAsync(entry =>
                (entry.Status, entry.Description)
                    == (HealthStatus.Degraded, "1 of 3 replicas is not well: replica1 (Too many connections).")
                && Lags(entry, 2)
            );
            await Task.WhenAll(taken.Select(one => one.DisposeAsync().AsTask()));
            await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
        }
        finally
        {
            taken.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public async Task A_primary_that_became_a_replica()
    {
        await using var app = Build();
        await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy);
        await AdminAsync(_cluster.Primary, "set global read_only = 1");
        const string Refused = "The primary cannot be reached: The server at the primary's address refuses writes";

        // First a look finds that out, or a connection that is opened anew.
        var entry = await app.UntilAsync(entry =>
            entry.Description!.StartsWith("The primary refuses writes: it is read_only", StringComparison.Ordinal)
            || entry.Description.StartsWith(Refused, StringComparison.Ordinal)
        );
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        entry = await app.UntilAsync(entry => entry.Description!.StartsWith(Refused, StringComparison.Ordinal));
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
    }

    [Fact]
    public async Task A_broken_replica_that_dies_is_not_well_for_a_moment()
    {
        await using var app = Build(o => o.Monitor = Checked.Often(m => m.FailuresUntilDown = 1_000_000));
        await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
        await _cluster.Replicas[1].StopApplyingAsync();
        await app.UntilAsync(entry => entry.Status == HealthStatus.Degraded && Lags(entry, 2));
        await _cluster.Replicas[1].KillAsync();
        await app.StatesAsync(states => states[2].Error is not null);
        await app.UntilAsync(entry =>
            (entry.Status, entry.Description)
            == (HealthStatus.Degraded, "1 of 3 replicas is not well: replica2 (its applier (SQL thread) was stopped).")
        );
    }

    [Fact]
    public async Task A_pool_of_which_all_connections_are_in_use_says_nothing_of_its_server()
    {
        static string Small(string server) =>
            new MySqlConnectionStringBuilder(server) { MaximumPoolSize = 1, ConnectionTimeout = 3 }.ConnectionString;
        await using var app = new Checked(
            Small(_cluster.Primary.ConnectionString),
            _cluster.Replicas.Select(replica => replica.ConnectionString),
            o => o.Monitor = Checked.Often(m => m.FailuresUntilDown = 1)
        );
        await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
        await using (await app.Source.Primary.OpenConnectionAsync())
        {
            var looked = app.Source.GetServers()[0].CheckedAt;
            for (var looks = 0; looks < 3; looks++)
            {
                var primary = (await app.StatesAsync(states => states[0].CheckedAt > looked))[0];
                Assert.Equal((ServerHealth.Up, null), (primary.Health, primary.Error));
                looked = primary.CheckedAt;
            }

            Assert.Equal(HealthStatus.Healthy, (await app.CheckAsync()).Status);
            await _cluster.Primary.KillAsync();
            await app.StatesAsync(states => states[0].Health == ServerHealth.Down);
        }
    }

    [Fact]
    public async Task A_replica_that_was_promoted_is_not_well_although_old_connections_lead_there()
    {
        await using var app = Build();
        await app.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
        await AdminAsync(_cluster.Replicas[0], "set global read_only = 0");
        await app.UntilAsync(entry =>
            (entry.Status, entry.Description)
            == (HealthStatus.Degraded, "1 of 3 replicas is not well: replica1 (it accepts writes (read_only=0)).")
        );
        await using var allowed = Build(o => o.ConfigureBuilder = b => b.AllowWritableReplicas());
        await allowed.UntilAsync(entry => entry.Status == HealthStatus.Healthy && Lags(entry, 3));
    }

    [Fact]
    public async Task A_drained_replica_that_is_down_is_out_on_purpose()
    {
        await using var app = Build(o => o.Replicas[0] = o.Replicas[0] with { Weight = 0 });
        await _cluster.Replicas[0].KillAsync();
        var entry = await app.UntilAsync(entry =>
            ((string)entry.Data["replica1"]).StartsWith("down", StringComparison.Ordinal)
            && ((string)entry.Data["primary"]).StartsWith("up", StringComparison.Ordinal)
            && Lags(entry, 2)
        );
        Assert.Equal(
            (HealthStatus.Healthy, "The primary and 2 replicas are up; the largest lag is 0 s."),
            (entry.Status, entry.Description)
        );
    }

    [Fact]
    public async Task Without_a_monitor_each_check_looks()
    {
        await using var app = Build(o => o.Monitor = null);
        await Eventually.BecomesAsync((HealthStatus.Healthy, 3), LookAsync);
        await _cluster.Replicas[2].KillAsync();
        await _cluster.Replicas[1].StopReplicationAsync();
        await Eventually.BecomesAsync((HealthStatus.Degraded, 1), LookAsync);
        await _cluster.Primary.KillAsync();
        await app.UntilAsync(entry => entry.Status == HealthStatus.Unhealthy);

        async Task<(HealthStatus, int)> LookAsync()
        {
            var entry = await app.CheckAsync();
            return (
                entry.Status,
                entry.Data.Values.Count(text => ((string)text).Contains("replication running", StringComparison.Ordinal))
            );
        }
    }

    private Checked Build(Action<ReplicatedMySqlOptions>? configure = null, string user = "app", string password = "app") =>
        new(As(_cluster.Primary, user, password), _cluster.Replicas.Select(replica => As(replica, user, password)), configure);

    private static string As(MariaDbServer server, string user, string password) =>
        new MySqlConnectionStringBuilder(server.ConnectionString) { UserID = user, Password = password }.ConnectionString;

    private static bool Lags(HealthReportEntry entry, int known) =>
        entry.Data.Values.Count(text => ((string)text).Contains("lag 0 s", StringComparison.Ordinal)) == known;

    // On a busy machine a look may fail once for reasons of its own: the next one tells.
    private static Task<HealthReportEntry> UntilTextAsync(Checked app, string expected) =>
        app.UntilAsync(entry => Checked.Text(entry) == expected.ReplaceLineEndings("\n"));

    internal static async Task AdminAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
