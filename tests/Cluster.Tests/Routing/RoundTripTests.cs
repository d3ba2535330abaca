using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What each guarantee costs in commands to the servers, per read, against the same read on a plain data source.</summary>
public sealed class RoundTripTests(RoutingFixture fixture, ITestOutputHelper output) : IClassFixture<RoutingFixture>
{
    // What the driver's pool sends before it hands a connection out.
    private const int Reset = 2;

    [Fact]
    public async Task Each_read_costs_so_many()
    {
        var (replica, primary) = (fixture.Cluster.Replicas[0], fixture.Cluster.Primary);
        await using var replicaRelay = await StatementRelay.StartAsync(
            [new RelayServer(replica.Name, replica.ConnectionString)],
            new OneServerRoute()
        );
        await using var primaryRelay = await StatementRelay.StartAsync(
            [new RelayServer(primary.Name, primary.ConnectionString)],
            new OneServerRoute()
        );
        await using var source = Build(primaryRelay, replicaRelay);
        await using var plain = new MySqlDataSource(Through(replicaRelay, fixture.Cluster.Replicas[0].ConnectionString));
        var caughtUp = new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp };
        var planned = new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp, Reads = 1 };

        // Physical connections are made, and asked who they reach, once.
        await ReadAsync(plain);
        await ReadAsync(source);
        await ReadAsync(source.Primary);

        var plainRead = await CountAsync("plain data source", () => ReadAsync(plain));
        Assert.Equal(plainRead, await CountAsync("outside a session", () => ReadAsync(source)));
        Assert.Equal(plainRead, await CountAsync("monotonic", () => ReadAsync(source), ReadConsistency.Monotonic));
        Assert.Equal(plainRead, await CountAsync("primary", () => ReadAsync(source), ReadConsistency.Primary));
        Assert.Equal(plainRead, await CountAsync("causal, nothing written", () => ReadAsync(source), ReadConsistency.Causal));
        Assert.Equal(
            plainRead + 1,
            await CountAsync("monotonic, CaughtUp: what was seen is asked", () => ReadAsync(source), ReadConsistency.Monotonic, caughtUp)
        );
        Assert.Equal(
            plainRead,
            await CountAsync("monotonic, CaughtUp, Reads = 1", () => ReadAsync(source), ReadConsistency.Monotonic, planned)
        );

        var first = 0;
        var second = 0;
        await fixture.Cluster.WaitForReplicasAsync();
        await CountAsync(
            "causal, a write with its position",
            async () =>
            {
                await using var connection = await source.OpenConnectionAsync();
                await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'trips')");
                await connection.CloseAsync();
                await fixture.Cluster.WaitForReplicasAsync();
                first = await CountAsync("causal, first read after it", () => ReadAsync(source));
                second = await CountAsync("causal, second read after it", () => ReadAsync(source));
            },
            ReadConsistency.Causal
        );
        Assert.Equal(plainRead + 1, first);
        Assert.Equal(plainRead, second);

        var (globalFirst, globalSecond, globalNext) = (0, 0, 0);
        await CountAsync(
            "global, two reads and another call",
            async () =>
            {
                globalFirst = await CountAsync("global, first read", () => ReadAsync(source));
                globalSecond = await CountAsync("global, second read", () => ReadAsync(source));
                using var next = ReadSession.Begin(ReadConsistency.Global);
                globalNext = await CountAsync("global, first read of a call inside", () => ReadAsync(source));
            },
            ReadConsistency.Global
        );

        // One question to the primary, on a connection of its pool, which is reset for it; nothing was written, and the replica is known to
        // have it.
        Assert.Equal(plainRead + Reset + 1, globalFirst);
        Assert.Equal(plainRead, globalSecond);
        Assert.Equal(plainRead + Reset + 1, globalNext);
        await using (var other = await source.Primary.OpenConnectionAsync())
        {
            await other.ExecuteAsync("insert into writes (server, note) values ('primary', 'trips of another')");
        }

        await fixture.Cluster.WaitForReplicasAsync();
        Assert.Equal(
            plainRead + Reset + 2,
            await CountAsync("global, after another's write", () => ReadAsync(source), ReadConsistency.Global)
        );

        var bounded = new ReadSessionOptions { MaxStalenessMilliseconds = 600_000 };
        Assert.Equal(
            plainRead,
            await CountAsync("monotonic, at most ten minutes old: known", () => ReadAsync(source), ReadConsistency.Monotonic, bounded)
        );

        var series = await CountAsync(
            "three reads, Reads = 3",
            ThreeAsync,
            ReadConsistency.Monotonic,
            new ReadSessionOptions { Reads = 3 }
        );
        Assert.Equal(plainRead + 2, series);
        Assert.Equal(3 * plainRead, await CountAsync("three reads, no plan", ThreeAsync, ReadConsistency.Monotonic));

        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await ReadAsync(source);
            using var nested = ReadSession.Begin(ReadConsistency.Primary);

            // What was seen is asked of the replica, on a connection of its own, whether it was kept and is shown of the primary.
            Assert.Equal(2 * plainRead + 2, await CountAsync("primary after a replica: behind the barrier", () => ReadAsync(source)));
            Assert.Equal(plainRead, await CountAsync("primary again", () => ReadAsync(source)));
        }

        // Last: that data source looks at its servers in the background a second later.
        await using (var unknown = Build(primaryRelay, replicaRelay))
        {
            await ReadAsync(unknown);
            await ReadAsync(unknown.Primary);
            Assert.Equal(
                plainRead + Reset + 2,
                await CountAsync(
                    "monotonic, at most ten minutes old: nothing known, so that both are asked",
                    () => ReadAsync(unknown),
                    ReadConsistency.Monotonic,
                    bounded
                )
            );
            Assert.Equal(
                plainRead,
                await CountAsync("the same, another session", () => ReadAsync(unknown), ReadConsistency.Monotonic, bounded)
            );
        }

        async Task<int> CountAsync(string what, Func<Task> read, ReadConsistency? level = null, ReadSessionOptions? options = null)
        {
            using var session = level is { } known ? ReadSession.Begin(known, options ?? new ReadSessionOptions()) : null;
            var before = (replicaRelay.Commands, primaryRelay.Commands);
            await read();
            var (onReplica, onPrimary) = (replicaRelay.Commands - before.Item1, primaryRelay.Commands - before.Item2);
            output.WriteLine($"{what}: {onReplica} on the replica, {onPrimary} on the primary");
            return (int)(onReplica + onPrimary);
        }

        async Task ThreeAsync()
        {
            for (var i = 0; i < 3; i++)
            {
                await ReadAsync(source);
            }
        }
    }

    private ReplicatedMySqlDataSource Build(StatementRelay primary, StatementRelay replica) =>
        new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(Through(primary, fixture.Cluster.Primary.ConnectionString))
            .AddReplica("replica", Through(replica, fixture.Cluster.Replicas[0].ConnectionString))
            .Build();

    private static async Task ReadAsync(System.Data.Common.DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
    }

    private static string Through(StatementRelay relay, string connectionString) =>
        new MySqlConnectionStringBuilder(connectionString) { Port = (uint)relay.Port, SslMode = MySqlSslMode.None }.ConnectionString;
}
