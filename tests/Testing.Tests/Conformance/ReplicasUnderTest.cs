using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests.Conformance;

/// <summary>Three replicas of a kind, over a table <c>numbers(n)</c> with the number 1 in it.</summary>
internal abstract class ReplicasUnderTest : IAsyncDisposable
{
    public static readonly string[] Names = ["r1", "r2", "r3"];

    public abstract ReplicatedDataSource Source { get; }

    public string Kind { get; private set; } = "";

    public abstract Task HoldAsync(string replica);

    public abstract Task AdvanceAsync(string replica);

    public abstract Task KillAsync(string replica);

    public abstract Task ReviveAsync(string replica);

    public virtual Task CaughtUpAsync() => Task.CompletedTask;

    public async Task WriteAsync(string sql = "insert into numbers values (2)")
    {
        await using var db = await Source.Primary.OpenConnectionAsync();
        await db.ExecuteAsync(sql);
    }

    public abstract ValueTask DisposeAsync();

    public static async Task<ReplicasUnderTest> CreateAsync(string kind)
    {
        ReplicasUnderTest replicas = kind switch
        {
            "embedded" => new Simulated(await EmbeddedReplicas.CreateAsync(Names), server: null),
            "over MariaDB" => await OverMariaDbAsync(),
            "over MySQL" => await OverMySqlAsync(),
            "real MariaDB" => await Real.StartAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        replicas.Kind = kind;
        await replicas.WriteAsync("create table numbers (n bigint primary key)");
        await replicas.WriteAsync("insert into numbers values (1)");
        await replicas.CaughtUpAsync();
        return replicas;
    }

    private static async Task<Simulated> OverMariaDbAsync()
    {
        var server = await MariaDbCluster.StartAsync(replicas: 0);
        return new Simulated(await LaggingReplicas.OverAsync(server.Primary.ConnectionString, Names), server);
    }

    private static async Task<Simulated> OverMySqlAsync()
    {
        var server = await MySqlCluster.StartAsync(MySqlRelease.Oldest, replicas: 0);
        return new Simulated(await LaggingReplicas.OverAsync(server.Primary, Names), server);
    }

    private sealed class Simulated(LaggingReplicas set, IAsyncDisposable? server) : ReplicasUnderTest
    {
        public override ReplicatedDataSource Source => set.DataSource;

        public override Task HoldAsync(string replica) => set.HoldAsync(replica);

        public override Task AdvanceAsync(string replica) => set.AdvanceAsync(replica);

        public override Task KillAsync(string replica)
        {
            set.Kill(replica);
            return Task.CompletedTask;
        }

        public override Task ReviveAsync(string replica)
        {
            set.Revive(replica);
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            await set.DisposeAsync();
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }

    private sealed class Real(MariaDbCluster cluster, ReplicatedMySqlDataSource source) : ReplicasUnderTest
    {
        public override ReplicatedDataSource Source => source;

        public static async Task<Real> StartAsync()
        {
            var cluster = await MariaDbCluster.StartAsync(replicas: 3);
            await cluster.WaitForReplicasAsync();
            var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString).RecordDecisions();
            for (var i = 0; i < Names.Length; i++)
            {
                builder.AddReplica(Names[i], cluster.Replicas[i].ConnectionString);
            }

            return new Real(cluster, builder.Build());
        }

        public override async Task HoldAsync(string replica)
        {
            await Of(replica).CatchUpAsync();
            await Of(replica).StopApplyingAsync();
        }

        public override async Task AdvanceAsync(string replica)
        {
            await Of(replica).StartApplyingAsync();
            await Of(replica).CatchUpAsync();
        }

        public override Task KillAsync(string replica) => Of(replica).KillAsync();

        public override Task ReviveAsync(string replica) => Of(replica).RestartAsync();

        public override Task CaughtUpAsync() => cluster.WaitForReplicasAsync();

        public override async ValueTask DisposeAsync()
        {
            await source.DisposeAsync();
            MySqlConnection.ClearAllPools();
            await cluster.DisposeAsync();
        }

        private MariaDbReplica Of(string replica) => cluster.Replicas[Array.IndexOf(Names, replica)];
    }
}
