using System.Data;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>
/// A replica that ProxySQL does not reach: it tries for <c>mysql-connect_timeout_server_max</c> and answers 9001. Nothing was executed, and
/// whatever was asked runs elsewhere without the caller's knowledge, by the session's policy.
/// </summary>
public sealed class OutOfReachTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    // As ProxySQL comes, and as ProxyConfiguration sets it.
    private static readonly TimeSpan AsItComes = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AsWeSetIt = TimeSpan.FromMilliseconds(1_500);

    public enum Asks
    {
        OpenConnection,
        ClosedConnection,
        ClosedReader,
        PreparedBefore,
        Prepared,
        Batch,
    }

    public static IEnumerable<object[]> Ways =>
        from asks in Enum.GetValues<Asks>()
        from isAsync in (bool[])[false, true]
        from hasRead in (bool[])[false, true]
        from reads in (int[])[0, 9]
        where reads == 0 || asks is Asks.ClosedConnection or Asks.ClosedReader
        select new object[] { asks, isAsync, hasRead, reads };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_was_not_executed_runs_elsewhere(Asks asks, bool isAsync, bool hasRead, int reads)
    {
        await using var through = await StartAsync(AsWeSetIt);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            through.KeyOn("replica2"),
            new ReadSessionOptions { Reads = reads, OnReplicaLoss = hasRead ? ReplicaLoss.Primary : ReplicaLoss.Fail }
        );
        if (hasRead)
        {
            Assert.Equal("replica2", await through.AskAsync());
        }

        through.Server("replica2").IsAvailable = false;
        through.Events.Clear();
        await using (var connection = through.Source.CreateConnection())
        {
            Assert.Equal(hasRead ? "primary" : "replica", (await AskAsync(connection, asks, isAsync))?.TrimEnd('1', '2', '3'));
            var closes = asks is Asks.ClosedConnection or Asks.ClosedReader;
            Assert.Equal(closes ? ConnectionState.Closed : ConnectionState.Open, connection.State);
        }

        Assert.Equal(
            hasRead
                ? [ReadSessionEventKind.ReplicaLost, ReadSessionEventKind.Moved]
                : (ReadSessionEventKind[])[ReadSessionEventKind.ReplicaUnavailable],
            through.Events.Select(told => told.Kind)
        );
        Assert.Equal(await through.AskAsync(), await through.AskAsync());
    }

    private static async Task<string?> AskAsync(ReplicatedConnection connection, Asks asks, bool isAsync)
    {
        const string Text = ThroughProxy.WhoAnswers;
        if (asks is Asks.ClosedConnection)
        {
            return isAsync ? await connection.QuerySingleAsync<string>(Text) : connection.QuerySingle<string>(Text);
        }

        await connection.OpenAsync();
        if (asks == Asks.Batch)
        {
            await using var batch = connection.CreateBatch();
            var one = batch.CreateBatchCommand();
            one.CommandText = Text;
            batch.BatchCommands.Add(one);
            return (string?)(isAsync ? await batch.ExecuteScalarAsync() : batch.ExecuteScalar());
        }

        await using var command = connection.CreateCommand();
        command.CommandText = Text;
        if (asks == Asks.Prepared || asks == Asks.PreparedBefore)
        {
            if (isAsync)
            {
                await command.PrepareAsync();
            }
            else
            {
                command.Prepare();
            }
        }

        if (asks != Asks.ClosedReader)
        {
            return (string?)(isAsync ? await command.ExecuteScalarAsync() : command.ExecuteScalar());
        }

        await using var reader = isAsync
            ? await command.ExecuteReaderAsync(CommandBehavior.CloseConnection)
            : command.ExecuteReader(CommandBehavior.CloseConnection);
        Assert.True(await reader.ReadAsync());
        return reader.GetString(0);
    }

    /// <summary>What it carries was read elsewhere, and is not lost with a replica that it has not read.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic, ReplicaLoss.Fail)]
    [InlineData(ReadConsistency.Monotonic, ReplicaLoss.Primary)]
    [InlineData(ReadConsistency.Snapshot, ReplicaLoss.Fail)]
    public async Task A_resumed_session_that_has_read_nothing_there_draws_again(ReadConsistency level, ReplicaLoss policy)
    {
        await using var through = await StartAsync(AsWeSetIt);
        var tokens = SessionTokenOptions.WithKey(new byte[32]);
        string token;
        using (var before = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica2")))
        {
            await through.AskAsync();
            token = await before.ToTokenAsync(tokens);
        }

        through.Server("replica2").IsAvailable = false;
        through.Events.Clear();
        using var session = ReadSession.Resume(token, ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = policy }, tokens);
        using var inner = ReadSession.Begin(level);
        var first = await through.AskAsync();
        Assert.StartsWith("replica", first, StringComparison.Ordinal);
        Assert.Equal(first, await through.AskAsync());
        Assert.Equal([ReadSessionEventKind.ReplicaUnavailable], through.Events.Select(told => told.Kind));
    }

    /// <summary>The read before it was good, and its replica is lost.</summary>
    [Theory]
    [InlineData("show warnings")]
    [InlineData("select found_rows()")]
    public async Task What_asks_of_the_statement_before_it_takes_nothing_back(string text)
    {
        await using var through = await StartAsync(AsWeSetIt);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            through.KeyOn("replica2"),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }
        );
        await using var connection = await through.Source.OpenConnectionAsync();
        Assert.Equal("replica2", await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
        through.Server("replica2").IsAvailable = false;
        await Assert.ThrowsAnyAsync<MySqlException>(() => connection.ExecuteAsync(text));
        await Assert.ThrowsAsync<ReplicaLostException>(through.AskAsync);
    }

    [Fact]
    public async Task What_was_only_prepared_on_it_was_not_read()
    {
        await using var through = await StartAsync(AsWeSetIt);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            through.KeyOn("replica2"),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }
        );
        await using var connection = await through.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = ThroughProxy.WhoAnswers;
        await command.PrepareAsync();
        through.Server("replica2").IsAvailable = false;
        through.Events.Clear();
        Assert.StartsWith("replica", (string?)await command.ExecuteScalarAsync(), StringComparison.Ordinal);
        Assert.Equal([ReadSessionEventKind.ReplicaUnavailable], through.Events.Select(told => told.Kind));
    }

    /// <summary>What refused longest ago may take new sessions again, and is not asked once more for the same statement.</summary>
    [Fact]
    public async Task Where_no_replica_is_reached_each_is_tried_once()
    {
        await using var through = await StartAsync(TimeSpan.FromMilliseconds(2_600));
        foreach (var replica in (string[])["replica1", "replica2", "replica3"])
        {
            through.Server(replica).IsAvailable = false;
        }

        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal("primary", await through.AskAsync());
        Assert.Equal(3, through.Events.Count(told => told.Kind == ReadSessionEventKind.ReplicaUnavailable));
    }

    [Theory]
    [InlineData(ReplicaLoss.Primary, true)]
    [InlineData(ReplicaLoss.Primary, false)]
    [InlineData(ReplicaLoss.Fail, true)]
    [InlineData(ReplicaLoss.Fail, false)]
    public async Task A_snapshot_that_draws_it_is_taken_elsewhere_and_nothing_counts_as_read(ReplicaLoss policy, bool isAsWeSetIt)
    {
        await using var through = await StartAsync(isAsWeSetIt ? AsWeSetIt : AsItComes);
        through.Server("replica2").IsAvailable = false;
        using var session = ReadSession.Begin(
            ReadConsistency.Snapshot,
            through.KeyOn("replica2"),
            new ReadSessionOptions { OnReplicaLoss = policy }
        );
        var first = await through.AskAsync();
        Assert.Contains(first, (string[])["replica1", "replica3"]);
        Assert.Equal(first, await through.AskAsync());
        Assert.Equal([ReadSessionEventKind.ReplicaUnavailable], through.Events.Select(told => told.Kind));
        Assert.Equal([first, first], session.GetDecisions().Select(decision => decision.Server));
    }

    [Fact]
    public async Task A_snapshot_of_a_session_that_has_read_there_goes_by_the_sessions_policy()
    {
        await using var through = await StartAsync(AsItComes);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            through.KeyOn("replica2"),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }
        );
        Assert.Equal("replica2", await through.AskAsync());
        through.Server("replica2").IsAvailable = false;
        using var snapshot = ReadSession.Begin(ReadConsistency.Snapshot);
        var lost = await Assert.ThrowsAsync<ReplicaLostException>(through.AskAsync);
        Assert.Contains("has read on replica 'replica2'", lost.Message, StringComparison.Ordinal);
        Assert.Equal([ReadSessionEventKind.ReplicaLost], through.Events.Select(told => told.Kind));
    }

    /// <summary>The proxy may go on on another of its connections, which is in no transaction.</summary>
    [Fact]
    public async Task A_snapshot_whose_server_is_lost_in_the_middle_shows_no_other_moment()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        var servers = RelayServer.Of(cluster);
        await using var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(1, servers));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(relay.ConnectionString, ProxyDialect.ProxySql)
            .AddReplica("replica1", "")
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
            .Build();
        using var session = ReadSession.Begin(ReadConsistency.Snapshot);
        await ReadAsync();
        await cluster.Replicas[0].KillAsync();
        await cluster.Replicas[0].RestartAsync();
        relay.Servers[1].IsAvailable = true;
        Assert.IsAssignableFrom<MySqlException>(await Record.ExceptionAsync(ReadAsync));
        await Assert.ThrowsAsync<ReplicaLostException>(ReadAsync);

        async Task ReadAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteScalarAsync<long>("select 1");
        }
    }

    private async Task<ThroughProxy> StartAsync(TimeSpan connectTimeout)
    {
        var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ProxySql,
            b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
        );
        through.ProxySql.ConnectTimeout = connectTimeout;
        await Eventually.IsAsync(
            () => through.Source.GetServers().All(server => server.Health != ServerHealth.Unknown),
            "the monitor has seen every server"
        );
        return through;
    }
}
