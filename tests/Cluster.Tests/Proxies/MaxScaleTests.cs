using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>Through MaxScale: a hint names the server, and is a wish.</summary>
public sealed class MaxScaleTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Fact]
    public async Task Statements_carry_the_hint_prepared_or_not()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        using (ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2")))
        {
            Assert.Equal("replica2", await through.AskAsync());
            await using var connection = await through.Source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = ThroughProxy.WhoAnswers;
            await command.PrepareAsync();
            Assert.Equal("replica2", await command.ExecuteScalarAsync());
            await connection.ExecuteAsync("insert into notes (note) values ('m')");
        }

        Assert.Equal(
            [
                "/* maxscale route to server replica2 */ " + ThroughProxy.WhoAnswers,
                "select /* maxscale route to server replica2 */ name from who",
            ],
            through.Reads.Select(read => read.Text)
        );
        Assert.Contains(
            through.Relay.Statements,
            statement => statement is { Server: "primary", Text: "/* maxscale route to master */ insert into notes (note) values ('m')" }
        );
    }

    /// <summary>Why nothing but Redraw is kept: the proxy takes another server, for each statement another, and says nothing.</summary>
    [Fact]
    public async Task While_the_named_server_is_down_its_sessions_move_once_and_are_told()
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.MaxScale,
            b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) })
        );
        await Eventually.IsAsync(
            () => through.Source.GetServers().All(server => server.Health == ServerHealth.Up),
            "the monitor has seen every server"
        );
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2"));
        Assert.Equal("replica2", await through.AskAsync());
        through.Server("replica2").IsAvailable = false;
        await Eventually.IsAsync(
            () => through.Source.GetServers().Single(server => server.Name == "replica2").Health == ServerHealth.Down,
            "the monitor tells that another answers"
        );
        var answers = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await through.AskAsync());
        }

        Assert.NotEqual("replica2", Assert.Single(answers));
        Assert.Equal(
            [(ReadSessionEventKind.ReplicaLost, "replica2"), (ReadSessionEventKind.Moved, "replica2")],
            through.Events.Select(told => (told.Kind, told.From!))
        );
        Assert.Equal(through.Events.Last().To, answers.Single());
        session.Dispose();
        through.Events.Clear();
        for (var i = 0; i < 20; i++)
        {
            using var begun = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2"));
            var first = await through.AskAsync();
            Assert.NotEqual("replica2", first);
            Assert.Equal(first, await through.AskAsync());
        }

        Assert.Empty(through.Events);
        Assert.Contains("Another server answered", through.Source.GetServers()[2].Error, StringComparison.Ordinal);
        through.Server("replica2").IsAvailable = true;
        await Eventually.IsAsync(
            () => through.Source.GetServers().Single(server => server.Name == "replica2").Health == ServerHealth.Up,
            "it is back"
        );
        using var back = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2"));
        Assert.Equal("replica2", await through.AskAsync());
    }

    /// <summary>What another one says, who answers for it, would be less than was seen: the session goes on on the primary.</summary>
    [Fact]
    public async Task A_token_has_no_position_of_who_answers_for_a_server_that_is_down()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 2);
        await using var primary = new MySqlConnection(cluster.Primary.ConnectionString);
        await primary.ExecuteAsync("create table notes (note varchar(100))");
        await cluster.WaitForReplicasAsync();
        await cluster.Replicas[0].StopApplyingAsync();
        await primary.ExecuteAsync("insert into notes values ('seen')");
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, new LateReplicaAnswers());
        await using var through = new ReplicatedMySqlDataSourceBuilder()
            .UseName("shop")
            .UseProxy(relay.ConnectionString, ProxyDialect.MaxScale)
            .UseReplicaLoss(ReplicaLoss.Redraw)
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
            .AddReplica("replica1", "")
            .AddReplica("replica2", "")
            .Build();
        await using var direct = new ReplicatedMySqlDataSourceBuilder()
            .UseName("shop")
            .UsePrimary(cluster.Primary.ConnectionString)
            .AddReplica("replica1", cluster.Replicas[0].ConnectionString)
            .Build();
        await Eventually.IsAsync(() => through.GetServers().All(server => server.Health == ServerHealth.Up), "the monitor has seen them");
        var key = SessionTokenOptions.WithKey(new byte[32]);
        for (var i = 0; i < 20; i++)
        {
            string token;
            var session = ReadSession.Begin(ReadConsistency.Monotonic);
            try
            {
                if (await CountAsync(through) == 0)
                {
                    // On the other one.
                    continue;
                }

                servers[2].IsAvailable = false;
                token = await session.ToTokenAsync(key);
            }
            finally
            {
                session.Dispose();
                servers[2].IsAvailable = true;
            }

            using var resumed = ReadSession.Resume(token, key);
            Assert.Equal(1, await CountAsync(direct));
        }

        static async Task<long> CountAsync(ReplicatedDataSource source)
        {
            await using var connection = await source.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<long>("select count(*) from notes");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_prepared_is_read_in_a_snapshot_and_the_isolation_level_comes_back(bool isReadCommitted)
    {
        await using var cluster = await MariaDbCluster.StartAsync(
            replicas: 1,
            isReadCommitted ? ["--transaction-isolation=READ-COMMITTED"] : []
        );
        await using (var primary = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await primary.ExecuteAsync("create table notes (note varchar(100))");
        }

        await cluster.WaitForReplicasAsync();
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, new MaxScaleRoute(1));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(relay.ConnectionString + ";ConnectionReset=False;MaximumPoolSize=20", ProxyDialect.MaxScale)
            .UseReplicaLoss(ReplicaLoss.Redraw)
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
            .AddReplica("replica1", "")
            .Build();
        for (var i = 0; i < 3; i++)
        {
            using (ReadSession.Begin(ReadConsistency.Snapshot))
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "select count(*) from notes";
                await command.PrepareAsync();
                var before = await command.ExecuteScalarAsync();
                await using (var primary = new MySqlConnection(cluster.Primary.ConnectionString))
                {
                    await primary.ExecuteAsync("insert into notes (note) values ('later')");
                    await cluster.WaitForReplicasAsync();
                }

                Assert.Equal(before, await command.ExecuteScalarAsync());
                Assert.Equal("replica1", connection.ServerName);
            }

            // The snapshot's connection goes back by itself.
            await Eventually.IsAsync(() => Ended() == i + 1, "the snapshot has ended");
        }

        Assert.DoesNotContain(relay.Statements, s => s.Text.Contains("SET TRANSACTION", StringComparison.OrdinalIgnoreCase));
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            Assert.Equal(
                isReadCommitted ? "READ-COMMITTED" : "REPEATABLE-READ",
                await connection.ExecuteScalarAsync<string>(
                    "select variable_value from information_schema.session_variables where variable_name = 'TX_ISOLATION'"
                )
            );
        }

        int Ended() =>
            relay.Statements.Count(s =>
                s.Text.Contains(isReadCommitted ? "LEVEL READ COMMITTED" : "COMMIT AND NO CHAIN", StringComparison.Ordinal)
            );
    }

    /// <summary>MaxScale obeys every comment of a text, wherever it stands: a program's own would beat the session's.</summary>
    [Theory]
    [InlineData("select name from who -- maxscale route to server replica3")]
    [InlineData("select name from who # maxscale route to server replica3")]
    [InlineData("select name from who /* maxscale route to slave */")]
    [InlineData("/* maxscale route to server replica3 */ select name from who")]
    [InlineData("select /*maxscale route to last*/ name from who -- maxscale route to server replica1\n")]
    [InlineData("/* one */ -- maxscale route to slave\nselect name from who /* two */")]
    [InlineData("select name from who where '-- maxscale route to server replica3' <> '' -- maxscale route to slave")]
    [InlineData("-- maxscale begin route to server replica3\nselect name from who")]
    public async Task Hints_of_the_programs_own_are_left_out_in_a_session(string text)
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        using (ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2")))
        {
            await using var connection = await through.Source.OpenConnectionAsync();
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal("replica2", await connection.ExecuteScalarAsync<string>(text));
                await using var prepared = connection.CreateCommand();
                prepared.CommandText = text;
                await prepared.PrepareAsync();
                Assert.Equal("replica2", await prepared.ExecuteScalarAsync());
            }

            // Nothing of it lasts, and a program's write goes where writes go.
            Assert.Equal("replica2", await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
            await connection.ExecuteAsync("insert into notes (note) values ('-- maxscale route to slave') -- maxscale route to slave");
        }

        await using var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        Assert.NotEqual(0, await primary.ExecuteScalarAsync<long>("select count(*) from notes where note = '-- maxscale route to slave'"));
    }

    [Fact]
    public async Task Outside_a_session_a_plain_reads_own_hint_holds_for_itself_alone()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        await using var connection = await through.Source.OpenConnectionAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(
                "replica3",
                await connection.ExecuteScalarAsync<string>("select name from who -- maxscale route to server replica3")
            );
        }

        await connection.QueryAsync("select name from who -- maxscale begin route to server replica3");
        var answers = new HashSet<string?>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
        }

        Assert.Equal(3, answers.Count);
    }

    [Fact]
    public async Task A_causal_session_reads_on_the_primary_once_it_has_written()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        for (var i = 0; i < 50; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            Assert.StartsWith("replica", await through.AskAsync(), StringComparison.Ordinal);
            var note = Guid.NewGuid().ToString();
            await using (var primary = await through.Source.Primary.OpenConnectionAsync())
            {
                await primary.ExecuteAsync("insert into notes (note) values (@note)", new { note });
            }

            await using var connection = await through.Source.OpenConnectionAsync();
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from notes where note = @note", new { note }));
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }

        Assert.Contains(through.Relay.Statements, statement => statement.Text == "/* maxscale route to master */ SHOW MASTER STATUS");
    }

    [Theory]
    [InlineData(ReadConsistency.Global, 0, ReplicaLoss.Primary)]
    [InlineData(ReadConsistency.Global, 0, ReplicaLoss.Redraw)]
    [InlineData(ReadConsistency.Monotonic, 60_000, ReplicaLoss.Redraw)]
    public async Task Where_nobody_knows_which_replica_answers_the_primary_does(ReadConsistency level, int bound, ReplicaLoss policy)
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        var options = new ReadSessionOptions { MaxStalenessMilliseconds = bound, OnReplicaLoss = policy };
        for (var i = 0; i < 5; i++)
        {
            using var session = ReadSession.Begin(level, Guid.NewGuid().ToString(), options);
            Assert.Equal("primary", await through.AskAsync());
            Assert.Equal("primary", await through.AskAsync());
        }
    }

    [Fact]
    public async Task A_snapshot_is_one_transaction_on_the_named_server()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.MaxScale);
        using var session = ReadSession.Begin(ReadConsistency.Snapshot, through.IdOn("replica1"));
        Assert.Equal("replica1", await through.AskAsync());
        await using var connection = await through.Source.OpenConnectionAsync();
        var before = await connection.ExecuteScalarAsync<long>("select count(*) from notes");
        await using (var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString))
        {
            await primary.ExecuteAsync("insert into notes (note) values ('later')");
            await fixture.Cluster.WaitForReplicasAsync();
        }

        Assert.Equal(before, await connection.ExecuteScalarAsync<long>("select count(*) from notes"));
        Assert.Contains(
            through.Relay.Statements,
            statement =>
                statement
                    is {
                        Server: "replica1",
                        Text: "/* maxscale route to server replica1 */ START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT"
                    }
        );
        Assert.Equal("replica1", await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
    }

    /// <summary>Of those that may answer for a replica which is down it takes the first one, whatever is asked.</summary>
    private sealed class LateReplicaAnswers : IStatementRoute
    {
        private readonly MaxScaleRoute _route = new(1);

        public bool MistakesOwnIsolation => true;

        public RelayServer Pick(StatementToRoute statement) =>
            statement.Servers.Any(server => !server.IsAvailable)
            && statement.Text.Contains("maxscale route to server", StringComparison.Ordinal)
                ? statement.Servers.First(server => !server.IsPrimary && server.IsAvailable)
                : _route.Pick(statement);

        public void Sent(StatementToRoute statement, RelayServer server) => _route.Sent(statement, server);
    }
}
