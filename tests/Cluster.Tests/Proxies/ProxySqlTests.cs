using System.Diagnostics;
using System.Globalization;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>Through stock ProxySQL: the session picks, the statement carries the replica's hostgroup, and every level and policy is kept.</summary>
public sealed class ProxySqlTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    private const string CountNotes = "select count(*) from notes where note = @note";

    [Fact]
    public async Task Reads_and_writes_say_where_they_go()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2")))
        {
            Assert.Equal("replica2", await through.AskAsync());
            Assert.Equal("/* hostgroup=102 */ " + ThroughProxy.WhoAnswers, through.Reads[^1].Text);
            Assert.Equal(["replica2"], session.GetDecisions().Select(decision => decision.Server));
        }

        await using var connection = await through.Source.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into notes (note) values ('w')");
        Assert.Contains(
            through.Relay.Statements,
            statement => statement is { Server: "primary", Text: "/* hostgroup=0 */ insert into notes (note) values ('w')" }
        );
    }

    [Fact]
    public async Task A_prepared_command_is_prepared_again_where_it_goes_elsewhere()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        await using var connection = await through.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = ThroughProxy.WhoAnswers;
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
        foreach (var replica in new[] { "replica1", "replica3", "replica1" })
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn(replica));
            Assert.Equal(replica, await command.ExecuteScalarAsync());
            Assert.Equal(replica, command.ExecuteScalar());
        }

        await using var batch = connection.CreateBatch();
        var inBatch = batch.CreateBatchCommand();
        inBatch.CommandText = ThroughProxy.WhoAnswers;
        batch.BatchCommands.Add(inBatch);
        await batch.PrepareAsync();
        using (ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica3")))
        {
            Assert.Equal("replica3", await batch.ExecuteScalarAsync());
            Assert.Equal("replica3", batch.ExecuteScalar());
        }

        // The driver sends the commands of a prepared batch one by one, each as text.
        Assert.Equal([true, true, true, true, true, true, true, false, false], through.Reads.Select(read => read.IsPrepared));
        Assert.Equal(
            [
                ThroughProxy.WhoAnswers,
                "select /* hostgroup=101 */ name from who",
                "select /* hostgroup=103 */ name from who",
                "/* hostgroup=103 */ select /* hostgroup=103 */ name from who",
            ],
            through.Reads.Select(read => read.Text).Distinct()
        );
        Assert.Empty(through.ProxySql.EndedMultiplexing);
    }

    public enum Unprepared
    {
        InBatch,
        OnAnotherConnection,
        IgnoredByTheDriver,
    }

    /// <summary>The driver sends it as text then, with the program's own comment, and the proxy reads the first one only.</summary>
    [Theory]
    [InlineData(Unprepared.InBatch, "/* shop */ ")]
    [InlineData(Unprepared.OnAnotherConnection, "/* shop */ ")]
    [InlineData(Unprepared.IgnoredByTheDriver, "/* shop */ ")]
    [InlineData(Unprepared.InBatch, "/* hostgroup=0 */ ")]
    [InlineData(Unprepared.OnAnotherConnection, "/* hostgroup=0 */ ")]
    [InlineData(Unprepared.IgnoredByTheDriver, "/* hostgroup=0 */ ")]
    public async Task What_was_to_be_prepared_and_is_not_goes_where_the_session_reads(Unprepared why, string comment)
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ProxySql,
            b => b.ConfigureDataSource((_, driver) => driver.ConnectionStringBuilder.IgnorePrepare = why == Unprepared.IgnoredByTheDriver)
        );
        await using var connection = await through.Source.OpenConnectionAsync();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2"));
        if (why == Unprepared.InBatch)
        {
            await using var batch = connection.CreateBatch();
            var inBatch = batch.CreateBatchCommand();
            inBatch.CommandText = comment + ThroughProxy.WhoAnswers;
            batch.BatchCommands.Add(inBatch);
            await batch.PrepareAsync();
            Assert.Equal("replica2", await batch.ExecuteScalarAsync());
        }
        else
        {
            await using var command = connection.CreateCommand();
            command.CommandText = comment + ThroughProxy.WhoAnswers;
            await command.PrepareAsync();
            Assert.Equal("replica2", await command.ExecuteScalarAsync());
            await connection.CloseAsync();
            await connection.OpenAsync();
            Assert.Equal("replica2", await command.ExecuteScalarAsync());
        }

        Assert.Contains(through.Reads, read => !read.IsPrepared);
    }

    [Fact]
    public async Task Several_statements_in_one_text_are_not_prepared_since_each_would_need_the_comment()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2"));
        await using var connection = await through.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"{ThroughProxy.WhoAnswers}; {ThroughProxy.WhoAnswers}";
        await command.PrepareAsync();
        await using var reader = await command.ExecuteReaderAsync();
        do
        {
            await reader.ReadAsync();
            Assert.Equal("replica2", reader.GetString(0));
        } while (await reader.NextResultAsync());
        Assert.False(Assert.Single(through.Reads).IsPrepared);
    }

    /// <summary>One @ and the proxy would keep the connection to itself, and send everything later to one server.</summary>
    [Fact]
    public async Task Nothing_that_we_send_ends_multiplexing()
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ProxySql,
            b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) })
        );
        await through.Source.ValidateTopologyAsync();
        foreach (
            var level in new[]
            {
                ReadConsistency.Monotonic,
                ReadConsistency.Causal,
                ReadConsistency.Global,
                ReadConsistency.Snapshot,
                ReadConsistency.Primary,
            }
        )
        {
            foreach (var policy in Enum.GetValues<ReplicaLoss>())
            {
                var options = new ReadSessionOptions
                {
                    OnReplicaLoss = policy,
                    MaxStalenessMilliseconds = policy == ReplicaLoss.Redraw ? 20 : 0,
                };
                using var session = ReadSession.Begin(level, options);
                await through.AskAsync();
                if (level == ReadConsistency.Causal)
                {
                    await WriteAsync(through, "causal");
                }

                if (level != ReadConsistency.Snapshot)
                {
                    await using var connection = await through.Source.OpenConnectionAsync();
                    await using var transaction = await connection.BeginTransactionAsync();
                    await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers, transaction: transaction);
                    await transaction.CommitAsync();
                }

                await through.AskAsync();
                await session.ToTokenAsync(SessionTokenOptions.WithKey(new byte[32]));
            }
        }

        await Task.Delay(200);
        Assert.Empty(through.ProxySql.EndedMultiplexing);
        Assert.Empty(through.ProxySql.IgnoredGtids);
        Assert.All(
            through.Relay.Statements.Where(statement => statement.Kind != StatementKind.Session),
            statement => Assert.DoesNotContain('@', statement.Text)
        );
    }

    /// <summary>The driver sends two statements at once to begin one, as it comes.</summary>
    [Theory]
    [InlineData("ProxySql")]
    [InlineData("ShopifyFork")]
    public async Task Transactions_run_with_the_drivers_default(string name)
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            name == "ProxySql" ? ProxyDialect.ProxySql : ProxyDialect.ShopifyFork
        );
        foreach (
            var isolation in (System.Data.IsolationLevel[])[System.Data.IsolationLevel.Unspecified, System.Data.IsolationLevel.Serializable]
        )
        {
            await using var connection = await through.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync(isolation);
            Assert.Equal(1, await connection.ExecuteAsync("insert into notes (note) values ('in one')", transaction: transaction));
            await transaction.CommitAsync();
        }
    }

    [Fact]
    public async Task Causal_sessions_see_their_writes_on_their_replica()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        var replica = 0;
        for (var i = 0; i < 100; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            var note = Guid.NewGuid().ToString();
            await WriteAsync(through, note);
            await using var connection = await through.Source.OpenConnectionAsync();
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>(CountNotes, new { note }));
            replica += session.GetDecisions()[^1].Server == "primary" ? 0 : 1;
        }

        Assert.True(replica > 80, $"{replica} of 100 on a replica");
    }

    [Fact]
    public async Task Global_and_bounded_sessions_read_on_the_named_replica_what_others_wrote()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        var patient = new ReadSessionOptions { MaxWaitMilliseconds = 20_000 };
        for (var i = 0; i < 20; i++)
        {
            var note = Guid.NewGuid().ToString();
            await WriteAsync(through, note);
            using var session = ReadSession.Begin(ReadConsistency.Global, patient);
            await using var connection = await through.Source.OpenConnectionAsync();
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>(CountNotes, new { note }));
            Assert.NotEqual("primary", session.GetDecisions()[^1].Server);
        }

        await fixture.Cluster.WaitForReplicasAsync();
        using (var bounded = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxStalenessMilliseconds = 60_000 }))
        {
            Assert.StartsWith("replica", await through.AskAsync(), StringComparison.Ordinal);
        }

        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        var last = Guid.NewGuid().ToString();
        await WriteAsync(through, last);
        await Task.Delay(50);
        foreach (
            var (level, options) in new[]
            {
                (ReadConsistency.Global, new ReadSessionOptions { MaxWaitMilliseconds = 50 }),
                (ReadConsistency.Monotonic, new ReadSessionOptions { MaxStalenessMilliseconds = 20 }),
            }
        )
        {
            using var session = ReadSession.Begin(level, options);
            await using var connection = await through.Source.OpenConnectionAsync();
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>(CountNotes, new { note = last }));
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
    }

    [Fact]
    public async Task Without_causality_the_same_reads_miss_writes()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        for (var i = 0; i < 10; i++)
        {
            var note = Guid.NewGuid().ToString();
            await WriteAsync(through, note);
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            await using var connection = await through.Source.OpenConnectionAsync();
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>(CountNotes, new { note }));
        }
    }

    [Fact]
    public async Task A_snapshot_is_one_transaction_on_the_sessions_replica()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        using var session = ReadSession.Begin(ReadConsistency.Snapshot, through.IdOn("replica3"));
        Assert.Equal("replica3", await through.AskAsync());
        await using var connection = await through.Source.OpenConnectionAsync();
        var before = await connection.ExecuteScalarAsync<long>("select count(*) from notes");
        await using (var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString))
        {
            await primary.ExecuteAsync("insert into notes (note) values ('later')");
            await fixture.Cluster.WaitForReplicasAsync();
        }

        Assert.Equal(before, await connection.ExecuteScalarAsync<long>("select count(*) from notes"));
        var begun = Assert.Single(
            through.Relay.Statements,
            statement => statement.Text.Contains("START TRANSACTION", StringComparison.Ordinal)
        );
        Assert.Equal(("replica3", "/* hostgroup=103 */ START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT"), (begun.Server, begun.Text));
        Assert.Empty(through.ProxySql.EndedMultiplexing);
    }

    [Theory]
    [InlineData(ReplicaLoss.Primary, "primary")]
    [InlineData(ReplicaLoss.CaughtUp, "replica")]
    [InlineData(ReplicaLoss.Redraw, "replica")]
    [InlineData(ReplicaLoss.Fail, "")]
    public async Task A_replica_out_of_reach_is_lost_by_the_sessions_policy_and_the_caller_sees_no_error(ReplicaLoss policy, string goesOn)
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ProxySql,
            b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
        );
        var moved = new List<ReadSessionEventArgs>();
        through.Source.SessionEvent += (_, args) => moved.Add(args);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            through.KeyOn("replica2"),
            new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 2000 }
        );
        Assert.Equal("replica2", await through.AskAsync());
        through.Server("replica2").IsAvailable = false;
        if (policy == ReplicaLoss.Fail)
        {
            await Assert.ThrowsAsync<ReplicaLostException>(through.AskAsync);
            await Assert.ThrowsAsync<ReplicaLostException>(through.AskAsync);
            return;
        }

        var answers = new[] { await through.AskAsync(), await through.AskAsync() };
        Assert.Single(answers.Distinct());
        Assert.StartsWith(goesOn, answers[0], StringComparison.Ordinal);
        Assert.NotEqual("replica2", answers[0]);
        Assert.Equal([ReadSessionEventKind.ReplicaLost, ReadSessionEventKind.Moved], moved.Select(args => args.Kind));
    }

    [Theory]
    [InlineData(ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.Fail)]
    public async Task Before_the_first_read_it_is_as_if_it_had_not_been_drawn(ReplicaLoss policy)
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ProxySql,
            b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
        );
        await Eventually.IsAsync(
            () => through.Source.GetServers().All(server => server.Health != ServerHealth.Unknown),
            "the monitor has seen every server"
        );
        through.Server("replica2").IsAvailable = false;
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            through.KeyOn("replica2"),
            new ReadSessionOptions { OnReplicaLoss = policy }
        );
        Assert.Contains(await through.AskAsync(), new[] { "replica1", "replica3" });
        Assert.Single(session.GetDecisions().Select(decision => decision.Server).Where(server => server != "replica2").Distinct());
    }

    [Fact]
    public async Task A_replica_that_was_restarted_is_noticed_by_the_monitor()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 2);
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(1, servers));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(relay.ConnectionString, ProxyDialect.ProxySql)
            .AddReplica("replica1", "")
            .AddReplica("replica2", "")
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50), FailuresUntilDown = 1000 })
            .RecordDecisions()
            .Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = 5000 });
        await ReadAsync();
        var pinned = session.GetDecisions()[0].Server;
        Assert.NotEqual("primary", pinned);
        var replica = cluster.Replicas.First(r => r.Name == pinned);
        await replica.OldEnoughAsync();
        await replica.KillAsync();
        await replica.RestartAsync();
        relay.Servers.First(server => server.Name == pinned).IsAvailable = true;

        await Eventually.IsAsync(
            async () =>
            {
                try
                {
                    await ReadAsync();
                }
                catch (MySqlException)
                {
                    // The connections that the relay still had to the server that was killed.
                }

                return session.GetDecisions()[^1].Server != pinned;
            },
            "the session leaves the replica"
        );
        Assert.Equal("primary", session.GetDecisions()[^1].Server);

        async Task ReadAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteScalarAsync<long>("select 1");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stopped_replica_costs_the_deadline_and_then_the_session_moves(bool inBatch)
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(1, servers));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(
                relay.ConnectionString + ";CancellationTimeout=-1;ConnectionReset=false",
                ProxyDialect.ProxySql with
                {
                    ReadDeadline = TimeSpan.FromSeconds(2),
                }
            )
            .AddReplica("replica1", "")
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
            .RecordDecisions()
            .Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(1, await ReadAsync());
        relay.OpenTimeout = TimeSpan.FromSeconds(2);
        await cluster.Replicas[0].PauseAsync();
        try
        {
            var watch = Stopwatch.StartNew();
            using var clock = MachineTime.Start();

            // Over a connection on which the relay has yet to reach the replica it is the relay that gives up, and the statement goes on.
            var failure = await Record.ExceptionAsync(ReadAsync);
            Assert.True(
                failure is MySqlException || (failure is null && session.GetDecisions()[^1].Server == "primary"),
                $"{failure} after {string.Join(", ", session.GetDecisions())}"
            );
            Assert.True(watch.Elapsed.TotalSeconds > 1.5);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 8);
            Assert.Equal(1, await ReadAsync());
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
        finally
        {
            await cluster.Replicas[0].ResumeAsync();
        }

        async Task<long> ReadAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            if (!inBatch)
            {
                return await connection.ExecuteScalarAsync<long>("select 1");
            }

            await using var batch = connection.CreateBatch();
            batch.Timeout = 60;
            var command = batch.CreateBatchCommand();
            command.CommandText = "select 1";
            batch.BatchCommands.Add(command);
            try
            {
                return Convert.ToInt64(await batch.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
            }
            finally
            {
                Assert.Equal(60, batch.Timeout);
            }
        }
    }

    [Fact]
    public async Task An_open_connection_goes_on_elsewhere_although_its_replica_no_longer_says_what_was_seen()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 2);
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(1, servers));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(
                relay.ConnectionString + ";CancellationTimeout=-1;ConnectionReset=false",
                ProxyDialect.ProxySql with
                {
                    ReadDeadline = TimeSpan.FromSeconds(2),
                }
            )
            .AddReplica("replica1", "")
            .AddReplica("replica2", "")
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
            .RecordDecisions()
            .Build();
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 60_000 }
        );
        await Eventually.IsAsync(
            () => source.GetServers().All(server => server.Health != ServerHealth.Unknown),
            "the monitor has seen every server"
        );
        await using var open = await source.OpenConnectionAsync();
        await open.ChangeDatabaseAsync("mysql");
        await open.ExecuteScalarAsync<long>("select 1");
        var pinned = session.GetDecisions()[^1].Server;
        var replica = cluster.Replicas.First(r => r.Name == pinned);
        relay.OpenTimeout = TimeSpan.FromSeconds(2);
        await replica.PauseAsync();
        try
        {
            // Another connection's read finds out that the replica stands still; whether it goes on or fails is not asked here.
            await Record.ExceptionAsync(async () =>
            {
                await using var other = await source.OpenConnectionAsync();
                await other.ExecuteScalarAsync<long>("select 1");
            });

            var read = Task.Run(() => open.ExecuteScalarAsync<string>("select database()"));
            Assert.Equal("mysql", await read.WaitAsync(TimeSpan.FromMinutes(1)));
            Assert.NotEqual(pinned, session.GetDecisions()[^1].Server);
        }
        finally
        {
            await replica.ResumeAsync();
        }
    }

    [Fact]
    public async Task Replicas_and_weights_change_while_sessions_run()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ProxySql);
        using (ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica3")))
        {
            Assert.Equal("replica3", await through.AskAsync());
            through.Source.UpdateReplicas([new("replica1", "", 1), new("replica2", "", 1), new("replica3", "", 0)]);
            Assert.Equal("replica3", await through.AskAsync());
        }

        Assert.Throws<InvalidOperationException>(() => through.Source.UpdateReplicas([new("replica2", ""), new("replica3", "")]));
        for (var i = 0; i < 20; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            Assert.NotEqual("replica3", await through.AskAsync());
        }
    }

    private static async Task WriteAsync(ThroughProxy through, string note)
    {
        await using var connection = await through.Source.Primary.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into notes (note) values (@note)", new { note });
    }
}
