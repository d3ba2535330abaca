namespace MonotonicReads.Consistency.Faults;

/// <summary>Replicas that are late, stand still, or have what the primary has not.</summary>
internal static class ReplicationFaults
{
    public static readonly Fault[] All =
    [
        new("lag", LagAsync) { IsForMySql = true },
        new("sql-thread-stopped", scene => ThreadAsync(scene, member => (member.StopApplying, member.StartApplying))) { IsForMySql = true },
        new("io-thread-stopped", scene => ThreadAsync(scene, member => (member.StopReceiving, member.StartReceiving)))
        {
            IsForMySql = true,
        },
        new("errant-transaction", ErrantAsync) { IsAlone = true },
    ];

    // Each replica late for a while by turns, so that the one that was ahead is behind the next moment.
    private static async Task LagAsync(Scene scene)
    {
        for (var turn = 0; turn < 3; turn++)
        {
            var member = scene.AnyReplica();
            scene.Tell($"{member} lags");
            await member.ExecuteAsync(member.StopApplying);
            await scene.WaitAsync(0.25);
            await member.ExecuteAsync(member.StartApplying);
            await scene.WaitAsync(0.05);
        }
    }

    private static async Task ThreadAsync(Scene scene, Func<Member, (string Stop, string Start)> statements)
    {
        var members = scene.Stage.Replicas.OrderBy(_ => scene.Random.Next()).Take(2).ToList();
        foreach (var member in members)
        {
            scene.Tell($"{member}: {statements(member).Stop}");
            await member.ExecuteAsync(statements(member).Stop);
            await scene.WaitAsync(0.15);
        }

        await scene.WaitAsync(0.4);
        foreach (var member in members)
        {
            await member.ExecuteAsync(statements(member).Start);
            await scene.WaitAsync(0.1);
        }
    }

    // Logged, in a replication domain of its own: the replica goes on following. It dies once every data source that reads there has
    // compared it with the primary: what nobody was able to notice before is a limit that the guarantees name.
    private static async Task ErrantAsync(Scene scene)
    {
        var slot = scene.AnySlot();
        var member = slot.Member;
        await scene.WaitAsync(0.1);
        scene.Tell($"errant transaction on {member}");
        await member.ExecuteAsync(
            $"SET SESSION gtid_domain_id = 7; UPDATE app.item SET version = version + 1, tag = -{scene.Grounds.Recorder.NextTag()} WHERE id = {History.Schema.ReplicaKey}"
        );
        var dies = scene.Random.Next(2) == 0;
        for (var wait = 0; wait < 30; wait++)
        {
            await scene.WaitAsync(0.01);
            if (dies && wait >= 10 && scene.Grounds.Sources.All(source => source.KnowAsDiverged(slot.Name)))
            {
                scene.Tell($"{member} is killed");
                await member.KillAsync();
                break;
            }
        }

        await scene.WaitAsync(0.5);
    }
}
