using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests.Conformance;

/// <summary>Three replicas of a kind, over a table <c>numbers(n)</c> with the number 1 in it.</summary>
internal abstract class ReplicasUnderTest : IAsyncDisposable
{
    public static readonly string[] Names = ["r1", "r2", "r3"];

    /// <summary>The product's own questions to a server end after two seconds, and then it goes elsewhere without a word.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.9);

    private readonly ConcurrentDictionary<string, bool> _killed = new();
    private readonly ConcurrentQueue<string> _disturbances = new();

    public abstract ReplicatedDataSource Source { get; }

    public string Kind { get; private set; } = "";

    /// <summary>The clock of the data source.</summary>
    public MovedTime Time { get; private init; } = new();

    public abstract Task HoldAsync(string replica);

    public abstract Task AdvanceAsync(string replica);

    /// <summary>What happened that nobody here had done, as on a machine that is too busy to answer in time: what was seen then says
    /// nothing.</summary>
    public IReadOnlyCollection<string> Disturbances => _disturbances;

    public Task KillAsync(string replica)
    {
        MayLose(replica);
        return DoKillAsync(replica);
    }

    /// <summary>It is no disturbance that a replica is lost from now on.</summary>
    public void MayLose(string replica) => _killed[replica] = true;

    /// <summary>Something is read until what is returned is disposed.</summary>
    /// <param name="mayWait">How long it may wait, in milliseconds, besides what the server takes.</param>
    public IDisposable Reading(int mayWait) => new Watch(this, Patience + TimeSpan.FromMilliseconds(mayWait));

    public abstract Task ReviveAsync(string replica);

    public virtual Task CaughtUpAsync() => Task.CompletedTask;

    public async Task WriteAsync(string sql = "insert into numbers values (2)")
    {
        await using var db = await Source.Primary.OpenConnectionAsync();
        await db.ExecuteAsync(sql);
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task DoKillAsync(string replica);

    public static async Task<ReplicasUnderTest> CreateAsync(string kind)
    {
        ReplicasUnderTest replicas = kind switch
        {
            "embedded" => await EmbeddedAsync(),
            "over MariaDB" => await OverMariaDbAsync(),
            "over MySQL" => await OverMySqlAsync(),
            "real MariaDB" => await Real.StartAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        replicas.Kind = kind;
        await replicas.WriteAsync("create table numbers (n bigint primary key)");
        await replicas.WriteAsync("insert into numbers values (1)");
        await replicas.CaughtUpAsync();
        replicas.Source.SessionEvent += (_, told) => replicas.Note(told);
        await Behaviours.OpenAllAsync(replicas);
        return replicas;
    }

    private void Note(ReadSessionEventArgs told)
    {
        var isLoss = told.Kind is ReadSessionEventKind.ReplicaLost or ReadSessionEventKind.ReplicaUnavailable;
        if ((isLoss || told.Kind == ReadSessionEventKind.ReplicaDiverged) && !_killed.ContainsKey(told.From ?? ""))
        {
            _disturbances.Enqueue($"{told.Kind} {told.From}: {told.Reason} {told.Exception?.Message}");
        }
    }

    // Whoever is killed refuses at once; so nothing here needs the cluster's two seconds, and on a busy machine they are few.
    private static string Patient(string connectionString) =>
        new MySqlConnectionStringBuilder(connectionString) { ConnectionTimeout = 60 }.ConnectionString;

    private static async Task<Simulated> EmbeddedAsync()
    {
        var time = new MovedTime();
        return new Simulated(await EmbeddedReplicas.CreateAsync(On(time), Names), server: null) { Time = time };
    }

    private static LaggingReplicasOptions On(TimeProvider time) => new() { TimeProvider = time };

    private static async Task<Simulated> OverMariaDbAsync()
    {
        var time = new MovedTime();
        var server = await MariaDbCluster.StartAsync(replicas: 0);
        var set = await LaggingReplicas.OverAsync(Patient(server.Primary.ConnectionString), On(time), Names);
        return new Simulated(set, server) { Time = time };
    }

    private static async Task<Simulated> OverMySqlAsync()
    {
        var time = new MovedTime();
        var server = await MySqlCluster.StartAsync(MySqlRelease.Oldest, replicas: 0);
        return new Simulated(await LaggingReplicas.OverAsync(Patient(server.Primary), On(time), Names), server) { Time = time };
    }

    private sealed class Watch(ReplicasUnderTest replicas, TimeSpan longest) : IDisposable
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            var took = Stopwatch.GetElapsedTime(_began);
            if (took > longest)
            {
                replicas._disturbances.Enqueue($"a read took {took.TotalSeconds:F1} seconds");
            }
        }
    }

    private sealed class Simulated(LaggingReplicas set, IAsyncDisposable? server) : ReplicasUnderTest
    {
        public override ReplicatedDataSource Source => set.DataSource;

        public override Task HoldAsync(string replica) => set.HoldAsync(replica);

        public override Task AdvanceAsync(string replica) => set.AdvanceAsync(replica);

        protected override Task DoKillAsync(string replica)
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
            var time = new MovedTime();
            var builder = new ReplicatedMySqlDataSourceBuilder()
                .UsePrimary(Patient(cluster.Primary.ConnectionString))
                .UseTimeProvider(time)
                .RecordDecisions();
            for (var i = 0; i < Names.Length; i++)
            {
                builder.AddReplica(Names[i], Patient(cluster.Replicas[i].ConnectionString));
            }

            return new Real(cluster, builder.Build()) { Time = time };
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

        protected override Task DoKillAsync(string replica) => Of(replica).KillAsync();

        public override Task ReviveAsync(string replica) => Of(replica).RestartAsync();

        public override Task CaughtUpAsync() => cluster.WaitForReplicasAsync();

        public override async ValueTask DisposeAsync()
        {
            await source.DisposeAsync();
            await cluster.DisposeAsync();
        }

        private MariaDbReplica Of(string replica) => cluster.Replicas[Array.IndexOf(Names, replica)];
    }
}
