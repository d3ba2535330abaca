using System.Diagnostics;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Sessions;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>On MySQL 5.6, the oldest with GTIDs.</summary>
public sealed class OldestMySqlTests(OldestMySqlFixture fixture) : MySqlTests(fixture), IClassFixture<OldestMySqlFixture>;

/// <summary>On the newest MySQL that Debian has; skipped where it cannot be had.</summary>
public sealed class CurrentMySqlTests(CurrentMySqlFixture fixture) : MySqlTests(fixture), IClassFixture<CurrentMySqlFixture>;

/// <summary>The same promises on a real MySQL, and its own word on GTID sets.</summary>
public abstract class MySqlTests(MySqlFixture fixture)
{
    private const string U = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string V = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

    [SkippableFact]
    public async Task Sets_are_contained_where_the_server_says_so()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary);
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var (a, b) = (Draw(random), Draw(random));
            var answer = await connection.ExecuteScalarAsync<bool>("select gtid_subset(@b, @a)", new { a, b });

            Assert.True(answer == MySqlGtidSet.Parse(a).Contains(MySqlGtidSet.Parse(b)), $"'{b}' in '{a}': the server says {answer}");
        }
    }

    // The server takes a text that was cut off ("uuid", "uuid:1-") for a shorter set; we do not.
    [SkippableTheory]
    [InlineData("")]
    [InlineData(" " + U + " : 1 - 5 ")]
    [InlineData(U + ":7-3")]
    [InlineData("," + U + ":1,," + V + ":2,")]
    [InlineData(U + ":9223372036854775806")]
    [InlineData(U + ":9223372036854775807")]
    [InlineData(U + ":0")]
    [InlineData(U + ":1 2")]
    [InlineData("0-1-5")]
    public async Task A_text_is_a_set_where_the_server_takes_it(string text)
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary);
        bool isTaken;
        try
        {
            isTaken = await connection.ExecuteScalarAsync<bool?>("select gtid_subset(@text, @text)", new { text }) is not null;
        }
        catch (MySqlException)
        {
            isTaken = false;
        }

        Assert.Equal(isTaken, Record.Exception(() => MySqlGtidSet.Parse(text)) is null);
    }

    [SkippableFact]
    public async Task What_is_set_of_the_session_stays_on_the_replica_and_goes_with_the_connection()
    {
        const string hours = "select timestampdiff(hour, utc_timestamp(), now())";
        await using var source = fixture.BuildSource();
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("set names utf8mb4 collate utf8mb4_bin, session time_zone = '+05:00', group_concat_max_len = 7");
        Assert.Equal(5, await connection.ExecuteScalarAsync<int>(hours));
        Assert.StartsWith("replica", connection.ServerName, StringComparison.Ordinal);
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await transaction.RollbackAsync();
        }

        Assert.Equal("primary", connection.ServerName);
        Assert.Equal(5, await connection.ExecuteScalarAsync<int>(hours));
        Assert.Equal(
            (7, "utf8mb4_bin"),
            await connection.QuerySingleAsync<(long, string)>("select @@group_concat_max_len, @@collation_connection")
        );
    }

    [SkippableFact]
    public async Task Tagged_sets_are_contained_where_the_server_says_so()
    {
        Skip.If(fixture.Release == MySqlRelease.Oldest, "Tags are of MySQL 8.3 and later.");
        await using var connection = new MySqlConnection(fixture.Cluster.Primary);
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var (a, b) = (Tagged(random), Tagged(random));
            var answer = await connection.ExecuteScalarAsync<bool>("select gtid_subset(@b, @a)", new { a, b });
            Assert.True(answer == MySqlGtidSet.Parse(a).Contains(MySqlGtidSet.Parse(b)), $"'{b}' in '{a}': the server says {answer}");
        }
    }

    // An empty position is in every other: nothing is waited for.
    [SkippableFact]
    public async Task Nothing_is_waited_for_where_nothing_is_asked()
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 0 });
        session.ObserveWrite(MySqlGtidSet.Empty);
        await CountAsync(source, "none");
        Assert.StartsWith("replica", Assert.Single(session.GetDecisions()).Server, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_servers_own_position_is_read()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary);
        var text = await connection.ExecuteScalarAsync<string>("select @@global.gtid_executed");
        Assert.Equal(text, MySqlGtidSet.Parse(text!).ToString());
        Assert.False(MySqlGtidSet.Parse(text!).IsEmpty);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_causal_session_sees_its_writes(bool inTransaction)
    {
        await using var source = fixture.BuildSource();
        for (var i = 0; i < 500; i++)
        {
            // Where the machine is busy a replica may need longer than the default wait, and the primary would answer.
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 });
            var note = await WriteAsync(source, inTransaction);
            Assert.Equal(1, await CountAsync(source, note));
            Assert.StartsWith("replica", session.GetDecisions()[^1].Server, StringComparison.Ordinal);
        }
    }

    // The servers' own waits take 0 for "for ever".
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(200)]
    public async Task Where_the_replicas_stand_still_the_primary_answers_after_the_budget(int maxWait)
    {
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => MySqlCluster.ExecuteAsync(r, fixture.Release.StopApplying)));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = maxWait });
            var note = await WriteAsync(source, inTransaction: false);
            var started = Stopwatch.GetTimestamp();
            using var clock = MachineTime.Start();
            Assert.Equal(1, await CountAsync(source, note));
            Assert.True(Stopwatch.GetElapsedTime(started).TotalMilliseconds > maxWait - 10);
            Assert.InRange(clock.Elapsed.TotalMilliseconds, 0, maxWait + 2000);
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => MySqlCluster.ExecuteAsync(r, fixture.Release.StartApplying)));
        }
    }

    [SkippableTheory]
    [InlineData(ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.CaughtUp)]
    public async Task A_session_moves_where_nothing_is_missing(ReplicaLoss policy)
    {
        await using var source = fixture.BuildSource();
        var note = await WriteAsync(source, inTransaction: false);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 3000 }
        );
        await Eventually.IsAsync(async () => await CountAsync(source, note) > 0, "the session's replica has the write");

        var first = source.Replicas.Single(r => r.Name == session.GetDecisions()[0].Server);
        source.Routed.Losses.Lose(session, session.PinFor(source.Routed), first, ReplicaLossReason.ConnectionBroken, null);
        first.MarkUnavailable(source.Routed.Time, TimeSpan.FromMinutes(1));

        Assert.Equal(1, await CountAsync(source, note));
        Assert.NotEqual(first.Name, session.GetDecisions()[^1].Server);
        Assert.Equal(policy == ReplicaLoss.Primary, session.GetDecisions()[^1].Server == "primary");
    }

    [SkippableFact]
    public async Task The_monitor_knows_position_lag_and_role()
    {
        var options = new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMilliseconds(500) };
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System).UseMonitor(options));
        IReadOnlyList<ServerState> states;
        var started = Stopwatch.GetTimestamp();
        while (!(states = source.GetServers()).All(s => s.Health == ServerHealth.Up && s.IsPrimary == s.Lag is null))
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < 60, string.Join("; ", states));
            await Task.Delay(20);
        }

        Assert.Equal([false, true, true], states.Select(s => s.IsReadOnly));
        Assert.All(states, s => Assert.False(s.Position!.IsEmpty));
        Assert.Equal(3, states.Select(s => s.Identity).Distinct().Count());
    }

    [SkippableFact]
    public async Task The_lint_finds_nothing_in_a_cluster_that_is_well_but_that_its_user_is_root()
    {
        await using var source = fixture.BuildSource();
        Assert.Equal(
            fixture.Cluster.Replicas.Select((_, index) => ("MRT013", $"replica{index + 1}")),
            (await source.ValidateTopologyAsync()).Select(f => (f.Id, f.Server))
        );
        if (fixture.Release != MySqlRelease.Oldest)
        {
            await MySqlCluster.ExecuteAsync(fixture.Cluster.Replicas[0], "set global super_read_only = 1");
            Assert.Equal(["replica2"], (await source.ValidateTopologyAsync()).Select(f => f.Server));
            await MySqlCluster.ExecuteAsync(fixture.Cluster.Replicas[0], "set global super_read_only = 0");
        }
    }

    [SkippableFact]
    public async Task The_lint_sees_what_is_wrong()
    {
        Skip.If(fixture.Release == MySqlRelease.Oldest, "MySQL 5.6 applies with one worker, and changes gtid_mode at a restart only.");
        var replica = fixture.Cluster.Replicas[0];
        await MySqlCluster.ExecuteAsync(
            replica,
            "stop replica; set global replica_preserve_commit_order = OFF; set global replica_parallel_workers = 4; start replica"
        );
        await MySqlCluster.ExecuteAsync(replica, "set global gtid_mode = ON_PERMISSIVE");
        try
        {
            await using var source = fixture.BuildSource();
            Assert.Equal(
                [("MRT008", "replica1"), ("MRT004", "replica1")],
                (await source.ValidateTopologyAsync()).Where(f => f.Id != "MRT013").Select(f => (f.Id, f.Server))
            );
            await MySqlCluster.ExecuteAsync(replica, "stop replica; set global replica_parallel_workers = 1; start replica");
            Assert.Equal(["MRT008"], (await source.ValidateTopologyAsync()).Select(f => f.Id).Except(["MRT013"]));
        }
        finally
        {
            await MySqlCluster.ExecuteAsync(replica, "set global gtid_mode = ON");
            await MySqlCluster.ExecuteAsync(
                replica,
                "stop replica; set global replica_preserve_commit_order = ON; set global replica_parallel_workers = 4; start replica"
            );
        }
    }

    private static string Tagged(Random random) =>
        string.Join(
            ",",
            Enumerable
                .Range(0, random.Next(1, 3))
                .Select(_ =>
                    (random.Next(2) == 0 ? U : V)
                    + (
                        random.Next(2) == 0 ? ""
                        : random.Next(2) == 0 ? ":one"
                        : ":Two_2"
                    )
                    + string.Concat(
                        Enumerable
                            .Range(0, random.Next(1, 3))
                            .Select(_ => random.Next(1, 8))
                            .Select(first => $":{first}-{first + random.Next(4)}")
                    )
                )
        );

    private static string Draw(Random random) =>
        string.Join(
            ",",
            Enumerable
                .Range(0, random.Next(3))
                .Select(_ =>
                    (random.Next(2) == 0 ? U : V)
                    + string.Concat(
                        Enumerable
                            .Range(0, random.Next(1, 4))
                            .Select(_ => random.Next(1, 12))
                            .Select(first => $":{first}-{first + random.Next(4)}")
                    )
                )
        );

    private static async Task<string> WriteAsync(ReplicatedMySqlDataSource source, bool inTransaction)
    {
        var note = Guid.NewGuid().ToString();
        await using var connection = await source.Primary.OpenConnectionAsync();
        await using var transaction = inTransaction ? await connection.BeginTransactionAsync() : null;
        await connection.ExecuteAsync("insert into writes (note) values (@note)", new { note }, transaction);
        if (transaction is not null)
        {
            await transaction.CommitAsync();
        }

        return note;
    }

    private static async Task<long> CountAsync(ReplicatedMySqlDataSource source, string note)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>("select count(*) from writes where note = @note", new { note });
    }
}

/// <inheritdoc/>
public sealed class OldestMySqlFixture() : MySqlFixture(MySqlRelease.Oldest);

/// <inheritdoc/>
public sealed class CurrentMySqlFixture() : MySqlFixture(MySqlRelease.Current);

/// <summary>A MySQL cluster with the table that the tests write to.</summary>
public abstract class MySqlFixture(MySqlRelease release) : IAsyncLifetime
{
    private MySqlCluster? _cluster;

    public MySqlRelease Release => release;

    public MySqlCluster Cluster
    {
        get
        {
            Skip.If(_cluster is null, "This MySQL is not on this machine; tests/run.sh installs it where it can be had.");
            return _cluster;
        }
    }

    public async Task InitializeAsync()
    {
        // The oldest can be had everywhere.
        if (!release.IsInstalled && release == MySqlRelease.Current)
        {
            return;
        }

        _cluster = await MySqlCluster.StartAsync(release);
        await MySqlCluster.ExecuteAsync(
            Cluster.Primary,
            "create table writes (id bigint auto_increment primary key, note varchar(60), index (note))"
        );
        foreach (var replica in Cluster.Replicas)
        {
            for (var i = 0; ; i++)
            {
                try
                {
                    await MySqlCluster.ExecuteAsync(replica, "select 1 from writes limit 1");
                    break;
                }
                catch (MySqlException) when (i < 500)
                {
                    await Task.Delay(20);
                }
            }
        }

        if (release == MySqlRelease.Oldest)
        {
            // Before MySQL 8 a younger one cannot be told from its next run, and each question to it counts as finding another.
            await Task.WhenAll(Cluster.Replicas.Append(Cluster.Primary).Select(ServerAge.OldEnoughAsync));
        }
    }

    public async Task DisposeAsync() => await (_cluster?.DisposeAsync() ?? default);

    public ReplicatedMySqlDataSource BuildSource(Action<ReplicatedMySqlDataSourceBuilder>? more = null)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(Cluster.Primary)
            .RecordDecisions();
        foreach (var (replica, index) in Cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica($"replica{index + 1}", replica);
        }

        more?.Invoke(builder);
        return builder.Build();
    }
}
