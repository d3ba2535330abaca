using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Sessions;
using MySqlConnector;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A server that is stopped (SIGSTOP) keeps its connections and answers nothing. Whatever it is asked at that moment, nobody waits
/// beyond the limit of what they do: the driver's time limits for what the caller asked, our own for what we ask.
/// </summary>
public sealed class StoppedServerTests(RoutingFixture fixture, ITestOutputHelper output) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";
    private const int CommandTimeout = 1;

    // After it the driver tries for two seconds to end the statement on the server (its CancellationTimeout).
    private const int DriverGivesUpAfter = CommandTimeout + 2;

    // A question of ours; a synchronous one ends at the driver's next whole second, and when it has tried to end it on the server.
    private const double Answer = 2.1;

    // On a machine that is busy besides; what is guarded against is the connection's 15 s, or no end at all.
    private const double Slack = 6;

    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(RandomNumberGenerator.GetBytes(32));

    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_a_statement_runs(bool isAsync)
    {
        await using var source = Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal("replica2", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
        await WhileStoppedAsync(
            Replica,
            "execute",
            DriverGivesUpAfter,
            async () =>
            {
                // A token is no deadline: the driver asks the stopped server to end the statement.
                using var token = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
                await Assert.ThrowsAnyAsync<Exception>(() =>
                    isAsync
                        ? connection.ExecuteScalarAsync<long>(new CommandDefinition(Newest, cancellationToken: token.Token))
                        : Task.FromResult(connection.ExecuteScalar<long>(Newest))
                );
            }
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_session_goes_on_elsewhere_after_the_statement_failed(bool isAsync)
    {
        await using var source = Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal("replica2", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
        await Replica.PauseAsync();
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(connection, isAsync));
            await connection.CloseAsync();
            using var clock = MachineTime.Start();
            await using var next = source.CreateConnection();
            Assert.True(await ReadAsync(next, isAsync) > -1);
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
            Within(clock, "open after a failed statement", 2);
        }
        finally
        {
            await Replica.ResumeAsync();
        }
    }

    [Theory]
    [InlineData(true, 2, 0.4)]
    [InlineData(false, 2, DriverGivesUpAfter)]
    [InlineData(false, -1, CommandTimeout)] // the driver does not try to end what it has given up
    public async Task While_a_causal_read_waits(bool isAsync, int cancellationTimeout, double seconds)
    {
        await using var source = Build(more: s => s.CancellationTimeout = cancellationTimeout);
        using var session = ReadSession.Begin(
            ReadConsistency.Causal,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { MaxWaitMilliseconds = 300 }
        );
        await using var connection = await source.OpenConnectionAsync();
        await ReadAsync(connection, isAsync);
        var written = await WriteAsync(source);

        // Otherwise both are asked for what they hold, and a stopped one takes its time.
        var server = source.Routed.Router.Replicas.Servers.Single(server => server.Name == Replica.Name);
        await Eventually.IsAsync(() => server.Compared is not null, "the replica was compared with the primary");
        await WhileStoppedAsync(
            Replica,
            $"wait (asynchronous: {isAsync}, CancellationTimeout={cancellationTimeout})",
            seconds,
            async () => Assert.True(await ReadAsync(connection, isAsync) >= written)
        );
        Assert.Equal("primary", session.GetDecisions()[^1].Server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_primary_is_asked_for_its_barrier(bool isAsync)
    {
        await using var source = Build();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
        await RoutingFixture.AskAsync(source);
        await using var primary = await source.Primary.OpenConnectionAsync();
        await WhileStoppedAsync(
            fixture.Cluster.Primary,
            "barrier",
            isAsync ? Answer : 3 + 2,
            async () =>
            {
                var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(primary, isAsync));
                Assert.Contains("did not answer", exception.Message, StringComparison.Ordinal);
            }
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_primary_is_asked_what_was_written(bool isAsync)
    {
        await using var source = Build(connectionTimeout: isAsync ? 15u : 2u);
        using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(Replica));
        await ReadAsync(source, isAsync);

        // Open still, so that nobody knows what it wrote.
        await using var kept = await source.Primary.OpenConnectionAsync();
        await kept.ExecuteAsync("insert into writes (server, note) values ('primary', 'kept')");
        await WhileStoppedAsync(
            fixture.Cluster.Primary,
            "position of unknown writes",
            isAsync ? Answer : 3 + 2,
            async () =>
            {
                var exception = await Assert.ThrowsAnyAsync<DbException>(() => ReadAsync(source, isAsync));
                Assert.True(!isAsync || exception is ReplicaLostException, exception.ToString());
            }
        );
        await kept.CloseAsync();
    }

    [Fact]
    public async Task While_replicas_are_searched()
    {
        await using var source = Build(connectionTimeout: 15);
        await fixture.Cluster.WaitForReplicasAsync();
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp }
        );
        var seen = await ReadAsync(source, isAsync: true);
        var next = source.Router.InOrder(session, [source.Replicas[1]]).First();
        source.UpdateReplicas([.. Settings(connectionTimeout: 15).Where(r => r.Name != "replica2")]);
        await WhileStoppedAsync(
            fixture.Cluster.Replicas.Single(r => r.Name == next.Name),
            "search",
            Answer,
            async () => Assert.True(await ReadAsync(source, isAsync: true) >= seen)
        );
        Assert.StartsWith("replica", session.GetDecisions()[^1].Server, StringComparison.Ordinal);
        Assert.NotEqual(next.Name, session.GetDecisions()[^1].Server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_a_connection_is_closed(bool isAsync)
    {
        await using var source = Build();
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp }
        );
        await using var connection = await source.OpenConnectionAsync();
        await ReadAsync(connection, isAsync);
        await WhileStoppedAsync(
            Replica,
            "close",
            isAsync ? Answer : 3 + 2,
            async () =>
            {
                if (isAsync)
                {
                    await connection.CloseAsync();
                }
                else
                {
                    connection.Close();
                }
            }
        );

        // What it saw is not known, so that only the primary is sure to have it.
        source.UpdateReplicas([.. Settings().Where(r => r.Name != "replica2")]);
        await ReadAsync(source, isAsync);
        Assert.Equal("primary", session.GetDecisions()[^1].Server);
    }

    [Fact]
    public async Task While_a_token_is_made()
    {
        await using var source = Build(connectionTimeout: 15);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
        await ReadAsync(source, isAsync: true);
        await WhileStoppedAsync(
            Replica,
            "token",
            Answer,
            async () => Assert.True(Assert.Single(SessionToken.Unprotect(await session.ToTokenAsync(Tokens), Tokens).Sources).IsPrimaryOnly)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_topology_is_looked_at(bool isPrimary)
    {
        // Without the reset a pooled connection opens although its server stands still, and the question runs into it.
        await using var source = Build(connectionTimeout: 15, more: s => s.ConnectionReset = false);
        Assert.Empty(await source.ValidateTopologyAsync());
        MariaDbServer stopped = isPrimary ? fixture.Cluster.Primary : Replica;
        await WhileStoppedAsync(
            stopped,
            "lint",
            5.1,
            async () =>
            {
                var finding = Assert.Single(await source.ValidateTopologyAsync());
                Assert.Equal(("MRT001", stopped.Name), (finding.Id, finding.Server));
            }
        );
        Assert.Empty(await source.ValidateTopologyAsync());
    }

    [Fact]
    public async Task While_the_data_source_is_disposed()
    {
        var source = Build(more: _ => { }, configure: b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) }));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(Replica));
        await RoutingFixture.AskAsync(source);
        await WhileStoppedAsync(Replica, "dispose", 1, async () => await source.DisposeAsync());
    }

    private async Task WhileStoppedAsync(MariaDbServer server, string what, double seconds, Func<Task> act)
    {
        await server.PauseAsync();
        try
        {
            using var clock = MachineTime.Start();
            await act();
            Within(clock, what, seconds);
        }
        finally
        {
            await server.ResumeAsync();
        }
    }

    private void Within(MachineTime clock, string what, double seconds)
    {
        var took = clock.Elapsed.TotalSeconds;
        output.WriteLine($"{what}: {took:F2} s of the machine's time, at most {seconds} s and what it is busy with");
        Assert.True(took < seconds + Slack, $"{what} took {took:F2} s");
    }

    private ReplicatedMySqlDataSource Build(
        uint connectionTimeout = 2,
        Action<MySqlConnectionStringBuilder>? more = null,
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder>? configure = null
    )
    {
        var builder = (configure ?? (b => b))(new ReplicatedMySqlDataSourceBuilder().RecordDecisions())
            .UsePrimary(Text(fixture.Cluster.Primary, connectionTimeout, more));
        foreach (var (name, text, weight) in Settings(connectionTimeout, more))
        {
            builder.AddReplica(name, text, weight);
        }

        return builder.Build();
    }

    private IEnumerable<ReplicaSettings> Settings(uint connectionTimeout = 2, Action<MySqlConnectionStringBuilder>? more = null) =>
        fixture.Cluster.Replicas.Select(
            (replica, index) => new ReplicaSettings(replica.Name, Text(replica, connectionTimeout, more), index + 1)
        );

    private static string Text(MariaDbServer server, uint connectionTimeout, Action<MySqlConnectionStringBuilder>? more)
    {
        var text = new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            ConnectionTimeout = connectionTimeout,
            DefaultCommandTimeout = CommandTimeout,
        };
        more?.Invoke(text);
        return text.ConnectionString;
    }

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source, bool isAsync)
    {
        await using var connection = source.CreateConnection();
        return await ReadAsync(connection, isAsync);
    }

    private static async Task<long> ReadAsync(DbConnection connection, bool isAsync) =>
        isAsync ? await connection.ExecuteScalarAsync<long>(Newest) : connection.ExecuteScalar<long>(Newest);

    private static async Task<long> WriteAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'stopped') returning id");
    }
}
