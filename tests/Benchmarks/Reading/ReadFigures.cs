using System.Data.Common;
using Dapper;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// Open, read one row by Dapper, close, on a real replica: as a plain <see cref="MySqlDataSource"/> does it, in a monotonic
/// session, in a causal one whose replica is known to have caught up, in one resumed from a token, and three of them in a wrapped
/// repository. Each way has a data source of its own: a pool that is used more often than another is warmer, here and on the server. There
/// are two plain ones: what they differ by is how far the run can be trusted, and both together are what is compared with.
/// </summary>
internal static class ReadFigures
{
    private const int WarmUpRounds = 3_000;
    private const int Rounds = 20_000;
    private const int SeriesRounds = 6_000;
    private const int Sessions = 10_000;
    private const int ByteBatches = 20;
    private const int ByteRounds = 200;
    private const double MostRatio = 1.03;
    private const double MostResumedRatio = 1.3;
    private const double MostSeriesRatio = 0.75;
    private const int MostPinnedBytes = 400;
    private const int MostCausalBytes = 600;
    private const double MostBytes = 350;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 3);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync(Product.Schema);
        }

        await cluster.WaitForReplicasAsync();
        await using var planned = Build(cluster);
        await using var unplanned = Build(cluster);
        var id = Guid.NewGuid();
        var weighted = cluster.Replicas.Select(server => new WeightedReplica(server.Name, 1, IsAvailable: true)).ToArray();
        var replica = cluster.Replicas[ReplicaSelectors.WeightedModulo.Select(id, weighted)];
        await using var plain = new MySqlDataSource(replica.ConnectionString);
        await using var control = new MySqlDataSource(replica.ConnectionString);
        return
        [
            .. await SingleReadsAsync(cluster, plain, control, id),
            .. await SeriesAsync(planned, unplanned, plain),
            await MemoryAsync(unplanned),
        ];
    }

    private static ReplicatedMySqlDataSource Build(MariaDbCluster cluster)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(cluster.Primary.ConnectionString);
        foreach (var server in cluster.Replicas)
        {
            builder.AddReplica(server.Name, server.ConnectionString);
        }

        return builder.Build();
    }

    private static async Task<IReadOnlyList<Figure>> SingleReadsAsync(
        MariaDbCluster cluster,
        DbDataSource plain,
        DbDataSource control,
        Guid id
    )
    {
        await using var first = Build(cluster);
        await using var second = Build(cluster);
        await using var causal = Build(cluster);
        await using var resuming = Build(cluster);
        await using var passing = Build(cluster);
        var written = await WrittenAsync(causal);
        var tokens = new SessionTokenOptions
        {
            Protector = SessionTokenOptions.WithKey(new byte[32]).Protector,
            Lifetime = TimeSpan.FromHours(1),
        };
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic, id))
        {
            await Product.ReadAsync(resuming);
            token = await session.ToTokenAsync(tokens);
        }

        var times = await Interleaved.MeasureAsync(
            WarmUpRounds,
            Rounds,
            () => Product.ReadAsync(plain),
            () => Product.ReadAsync(control),
            () => PinnedAsync(first),
            () => PinnedAsync(second),
            CausalAsync,
            () => ResumedAsync(resuming, makesToken: false),
            () => ResumedAsync(passing, makesToken: true)
        );
        var bothPlain = times[0].With(times[1]);
        var pinned = times[2].With(times[3]);
        return
        [
            Line("plain", bothPlain, bothPlain),
            Line("plain, first of two", times[0], bothPlain),
            Line("plain, second of two", times[1], bothPlain),
            Limited("in a monotonic session", pinned, bothPlain),
            Line("monotonic, first of two, against both", times[2], pinned),
            Limited("in a causal session after a write, against monotonic", times[4], pinned),
            Limited("resumed from a token, against monotonic", times[5], pinned, MostResumedRatio),
            Line("resumed from a token, and a new token, against monotonic", times[6], pinned),
            .. await BytesAsync(
                () => Product.ReadAsync(plain),
                () => PinnedAsync(first),
                CausalAsync,
                () => ResumedAsync(resuming, makesToken: false)
            ),
        ];

        async Task PinnedAsync(ReplicatedMySqlDataSource source)
        {
            using (ReadSession.Begin(ReadConsistency.Monotonic, id))
            {
                await Product.ReadAsync(source);
            }
        }

        async Task CausalAsync()
        {
            using (var session = ReadSession.Begin(ReadConsistency.Causal, id))
            {
                session.ObserveWrite(written);
                await Product.ReadAsync(causal);
            }
        }

        async Task ResumedAsync(ReplicatedMySqlDataSource source, bool makesToken)
        {
            using var session = ReadSession.Resume(token, tokens);
            await Product.ReadAsync(source);
            if (makesToken)
            {
                await session.ToTokenAsync(tokens);
            }
        }

        static Figure Line(string what, Interleaved way, Interleaved against) =>
            new("Read", $"open + Dapper row, {what}", way.ToString(), way.Against(against));

        static Figure Limited(string what, Interleaved way, Interleaved against, double most = MostRatio) =>
            Line(what, way, against) with
            {
                Target = $"at most {most}",
                IsMet = way.Microseconds / against.Microseconds <= most,
            };
    }

    // Over a network each step waits, so that what waits for it is kept on the heap: more than tests/Costs.Tests counts.
    private static async Task<IReadOnlyList<Figure>> BytesAsync(Func<Task> plain, Func<Task> pinned, Func<Task> causal, Func<Task> resumed)
    {
        var without = await AllocatedAsync(plain);
        return
        [
            new("Read", "bytes, plain", $"{without:N0} bytes", ""),
            await OverAsync("in a monotonic session", pinned, MostPinnedBytes),
            await OverAsync("in a causal session after a write", causal, MostCausalBytes),
            await OverAsync("resumed from a token", resumed),
        ];

        async Task<Figure> OverAsync(string what, Func<Task> way, int? most = null)
        {
            var over = await AllocatedAsync(way) - without;
            return new("Read", $"bytes, {what}", $"{over:N0} bytes over plain", "")
            {
                Target = most is null ? null : $"at most {most}",
                IsMet = most is null ? null : over <= most,
            };
        }
    }

    // Per run, where the least was allocated beside it: the source asks its servers meanwhile.
    private static async Task<long> AllocatedAsync(Func<Task> way)
    {
        var least = long.MaxValue;
        for (var batch = 0; batch < ByteBatches; batch++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < ByteRounds; i++)
            {
                await way();
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / ByteRounds);
        }

        return least;
    }

    private static async Task<IReadOnlyList<Figure>> SeriesAsync(DbDataSource forPlanned, DbDataSource forUnplanned, DbDataSource plain)
    {
        var unwrapped = new ProductPages(plain);
        var planned = new ConsistentProductPages(new ProductPages(forPlanned));
        var unplanned = new ConsistentUnplannedProductPages(new UnplannedProductPages(forUnplanned));
        var times = await Interleaved.MeasureAsync(
            WarmUpRounds / 2,
            SeriesRounds,
            unwrapped.ReadAsync,
            planned.ReadAsync,
            unplanned.ReadAsync
        );
        return
        [
            new("Read", "three reads, plain", times[0].ToString(), times[0].Against(times[0])),
            new("Read", "three reads, wrapped, Reads = 3", times[1].ToString(), times[1].Against(times[0]))
            {
                Target = $"below {MostSeriesRatio}",
                IsMet = times[1].Microseconds / times[0].Microseconds < MostSeriesRatio,
            },
            new("Read", "three reads, wrapped, not planned", times[2].ToString(), times[2].Against(times[0])),
        ];
    }

    // What the heap has more of while this many sessions run, each after its first read, than while as many flows without one do.
    private static async Task<Figure> MemoryAsync(ReplicatedMySqlDataSource source)
    {
        await HeldAsync(source, hasSession: true);
        var without = await HeldAsync(source, hasSession: false);
        var with = await HeldAsync(source, hasSession: true);
        var bytes = (double)(with - without) / Sessions;
        return new("Read", $"{Sessions:N0} sessions at once", $"{bytes:F0} bytes each", "")
        {
            Target = $"at most {MostBytes:N0} bytes",
            IsMet = bytes <= MostBytes,
        };
    }

    private static async Task<long> HeldAsync(ReplicatedMySqlDataSource source, bool hasSession)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new CountdownEvent(Sessions);
        var flows = new Task[Sessions];
        for (var i = 0; i < Sessions; i++)
        {
            flows[i] = FlowAsync();
            if (i % 50 == 0)
            {
                await Task.Delay(1);
            }
        }

        await Task.Run(started.Wait);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        end.SetResult();
        await Task.WhenAll(flows);
        return held;

        async Task FlowAsync()
        {
            await Task.Yield();
            using var session = hasSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
            await Product.ReadAsync(source);
            started.Signal();
            await end.Task;
        }
    }

    private static async Task<ReplicationPosition> WrittenAsync(ReplicatedMySqlDataSource source)
    {
        // Once waited for, so that each replica is known to have it.
        await using var connection = source.Primary.CreateConnection();
        var position = MariaDbGtidList.Parse((await connection.ExecuteScalarAsync<string>("select @@gtid_binlog_pos"))!);
        for (var i = 0; i < 100; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            session.ObserveWrite(position);
            await Product.ReadAsync(source);
        }

        return position;
    }
}
