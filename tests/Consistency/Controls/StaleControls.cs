using System.Data.Common;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;
using MonotonicReads.Consistency.Workload;
using MySqlConnector;

namespace MonotonicReads.Consistency.Controls;

/// <summary>Wrong clients for which a replica that stands still is enough.</summary>
internal static class StaleControls
{
    public static readonly Control[] All =
    [
        new("no session", Promise.Monotonic, NoSessionAsync) { IsForMySql = true },
        new("pin by hash without memory while weights change", Promise.Monotonic, ForgetfulPinAsync) { IsForMySql = true },
        new("capture by gtid_slave_pos alone", Promise.Monotonic, SlavePositionAsync),
        new("one caught up, so any will do", Promise.OwnWrites, AnyWillDoAsync) { IsForMySql = true },
        new("a pool that outlives its server's identity", Promise.Monotonic, OldPoolAsync) { IsForMySql = true },
        new("out-of-order apply", Promise.Prefix, OutOfOrderAsync) { IsForMySql = true },
        new("Redraw with a killed replica", Promise.Monotonic, RedrawAsync),
        new("a wait after the snapshot began", Promise.OwnWrites, LateWaitAsync) { IsForMySql = true },
        new("a causal read for a global one", Promise.Global, CausalForGlobalAsync) { IsForMySql = true },
        new("fresh once, so fresh for good", Promise.Bounded, FreshOnceAsync) { IsForMySql = true },
    ];

    // It contains what its session wrote, which is nothing.
    private static async Task CausalForGlobalAsync(ControlScene scene)
    {
        await scene.Late.ExecuteAsync(scene.Late.StopApplying);
        await scene.WriteAsync();
        scene.Begin(ReadConsistency.Global);
        await scene.ReadAsync(scene.Late, ControlledGlobal, since: Recorder.Now);
    }

    private const Claims ControlledGlobal = Claims.Monotonic | Claims.OwnWrites | Claims.Global;

    private static async Task FreshOnceAsync(ControlScene scene)
    {
        var bound = TimeSpan.FromMilliseconds(20);
        scene.Begin(ReadConsistency.Monotonic);
        var position = await scene.WriteAsync();
        await ControlScene.CatchUpAsync(scene.Fresh, position);
        await scene.ReadAsync(scene.Fresh, Claims.Bounded, Since());
        await scene.Fresh.ExecuteAsync(scene.Fresh.StopApplying);
        await scene.WriteAsync();
        await Task.Delay(2 * bound);
        await scene.ReadAsync(scene.Fresh, Claims.Monotonic | Claims.Bounded, Since());
        await scene.Fresh.ExecuteAsync(scene.Fresh.StartApplying);

        long Since() => Recorder.Now - (long)bound.TotalNanoseconds;
    }

    private static async Task NoSessionAsync(ControlScene scene)
    {
        scene.Begin(ReadConsistency.Monotonic);
        for (var i = 0; i < 60; i++)
        {
            await using var connection = await scene.Grounds.Sources[0].Here.OpenConnectionAsync();
            await scene.ReadAsync(connection, Claims.Monotonic);
        }
    }

    private static async Task ForgetfulPinAsync(ControlScene scene)
    {
        scene.Begin(ReadConsistency.Monotonic);
        WeightedReplica[] before = [new("fresh", 1, true), new("late", 1, true)];
        WeightedReplica[] after = [new("fresh", 1, true), new("late", 7, true)];
        var id = Enumerable
            .Range(0, 10_000)
            .Select(i => SessionKey.ToGuid($"control {i}"))
            .First(id => ReplicaSelectors.WeightedModulo.Select(id, before) == 0 && ReplicaSelectors.WeightedModulo.Select(id, after) == 1);
        foreach (var weights in new[] { before, after })
        {
            await scene.ReadAsync(ReplicaSelectors.WeightedModulo.Select(id, weights) == 0 ? scene.Fresh : scene.Late, Claims.Monotonic);
        }
    }

    private static async Task SlavePositionAsync(ControlScene scene)
    {
        scene.Begin(ReadConsistency.Monotonic);
        await using var primary = await ControlScene.OpenAsync(scene.Stage.Primary);
        await scene.ReadAsync(primary, Claims.Monotonic);
        await using var command = new MySqlCommand("SELECT @@gtid_slave_pos", primary);
        var seen = (string)(await command.ExecuteScalarAsync())!;
        var contains = await scene.Late.HasAppliedAsync(seen, TimeSpan.Zero);
        await scene.ReadAsync(contains ? scene.Late : scene.Fresh, Claims.Monotonic);
    }

    private static async Task AnyWillDoAsync(ControlScene scene)
    {
        scene.Begin(ReadConsistency.Causal);
        await ControlScene.CatchUpAsync(scene.Fresh, await scene.WriteAsync(Claims.Monotonic | Claims.OwnWrites));
        await scene.ReadAsync(scene.Late, Claims.Monotonic | Claims.OwnWrites);
    }

    private static async Task OldPoolAsync(ControlScene scene)
    {
        using var relay = new Faults.TcpRelay(scene.Late.Port);
        var address = new MySqlConnectionStringBuilder(scene.Late.ConnectionString) { Port = (uint)relay.Port };
        await using var pool = new MySqlDataSource(address.ConnectionString);
        await using (await pool.OpenConnectionAsync())
        await using (await pool.OpenConnectionAsync()) { }

        relay.Retarget(scene.Fresh.Port, cut: false);
        scene.Begin(ReadConsistency.Primary);
        await using var first = await pool.OpenConnectionAsync();
        await using var second = await pool.OpenConnectionAsync();
        await using var third = await pool.OpenConnectionAsync();
        foreach (var connection in new DbConnection[] { third, second, first })
        {
            await scene.ReadAsync(connection, Claims.Monotonic);
        }
    }

    private static async Task OutOfOrderAsync(ControlScene scene)
    {
        scene.Begin(ReadConsistency.Monotonic);
        var late = scene.OtherLate;
        var last = await scene.Stage.Primary.QueryAsync("SELECT number, tag, parent, item FROM app.chain ORDER BY number DESC LIMIT 1");
        await late.ExecuteAsync($"SET sql_log_bin = 0; INSERT INTO app.chain VALUES ({string.Join(", ", last[0])})");
        await using (var connection = await ControlScene.OpenAsync(late))
        {
            await scene.ReadAsync(connection, Claims.Monotonic, Shape.Tail);
        }

        await late.ExecuteAsync($"SET sql_log_bin = 0; DELETE FROM app.chain WHERE number = {last[0][0]}");
    }

    private static async Task RedrawAsync(ControlScene scene)
    {
        var data = scene.Grounds.Sources[0].Here;
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw });
            scene.Begin(ReadConsistency.Monotonic);
            if ((await ReadAsync()).Server != scene.Fresh.Name)
            {
                continue;
            }

            await scene.Fresh.KillAsync();
            for (var tries = 0; tries < 5; tries++)
            {
                try
                {
                    await ReadAsync();
                }
                catch (DbException)
                {
                    // The connection that broke; the next is on another replica.
                }
            }

            break;
        }

        await scene.Stage.QuietAsync();
        await scene.Fresh.FollowAsync(scene.Stage.Primary);

        async Task<Entry> ReadAsync()
        {
            await using var connection = await data.OpenConnectionAsync();
            return await scene.ReadAsync(connection, Claims.Monotonic);
        }
    }

    private static async Task LateWaitAsync(ControlScene scene)
    {
        scene.Begin(ReadConsistency.Causal);
        var position = await scene.WriteAsync(Claims.Monotonic | Claims.OwnWrites);
        await using var connection = await ControlScene.OpenAsync(scene.Late);
        await using (var begin = new MySqlCommand("START TRANSACTION WITH CONSISTENT SNAPSHOT", connection))
        {
            await begin.ExecuteNonQueryAsync();
        }

        await scene.Late.ExecuteAsync(scene.Late.StartApplying);
        await ControlScene.CatchUpAsync(scene.Late, position);
        await scene.ReadAsync(connection, Claims.Monotonic | Claims.OwnWrites);
    }
}
