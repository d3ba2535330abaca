namespace MonotonicReads.Consistency.Faults;

/// <summary>Another server becomes the primary, under the same address.</summary>
internal static class PromotionFaults
{
    public static readonly Fault[] All =
    [
        new("promoted-old-alive", PlannedAsync)
        {
            MovesPrimary = true,
            IsHeavy = true,
            IsForMySql = true,
        },
        new("promoted-old-dead", DeadAsync)
        {
            MovesPrimary = true,
            IsHeavy = true,
            IsForMySql = true,
        },
        new("lossy-promotion-old-dead", scene => LossyAsync(scene, isDead: true))
        {
            MovesPrimary = true,
            IsHeavy = true,
            IsForMySql = true,
        },
        new("lossy-promotion-old-alive", scene => LossyAsync(scene, isDead: false))
        {
            MovesPrimary = true,
            IsHeavy = true,
            IsForMySql = true,
        },
        new("lossy-promotion-diverged-replica", DivergedAsync)
        {
            MovesPrimary = true,
            IsHeavy = true,
            IsForMySql = true,
        },
    ];

    // As it is done by hand: nothing is written any more, the next one has all, and the address is switched. The old one lives on as a replica.
    private static async Task PlannedAsync(Scene scene)
    {
        await scene.WaitAsync(0.25);
        var (old, next) = (scene.Stage.Primary, scene.AnyReplica());
        await old.SetReadOnlyAsync(true);
        await scene.Stage.CaughtUpAsync(next);
        await scene.Stage.PromoteAsync(next);
        scene.Stage.PrimaryRelay.Retarget(next.Port, cut: false);
        scene.Tell($"{next} is the primary, {old} follows it, late");
        await old.FollowAsync(next, delay: 3600);
        foreach (var replica in scene.Stage.Replicas.Where(member => member != old))
        {
            await replica.FollowAsync(next);
        }

        await scene.WaitAsync(0.5);
    }

    private static async Task DeadAsync(Scene scene)
    {
        await scene.WaitAsync(0.25);
        var (old, next) = (scene.Stage.Primary, scene.AnyReplica());
        await old.SetReadOnlyAsync(true);
        await scene.Stage.CaughtUpAsync(next);
        await old.KillAsync();
        await scene.Stage.PromoteAsync(next);
        scene.Stage.PrimaryRelay.Retarget(next.Port, cut: true);
        scene.Tell($"{next} is the primary, {old} is dead");
        foreach (var replica in scene.Stage.Replicas.Where(member => member != old))
        {
            await replica.FollowAsync(next);
        }

        await scene.WaitAsync(0.5);
    }

    private static async Task LossyAsync(Scene scene, bool isDead)
    {
        await scene.WaitAsync(0.2);
        var old = scene.Stage.Primary;
        var next = scene.AnyReplica();
        foreach (var replica in scene.Stage.Replicas.ToList())
        {
            await replica.ExecuteAsync(replica.StopReceiving);
        }

        await scene.WritesAsync(8);
        await scene.Stage.CollectAsync(old);
        await scene.WaitAsync(0.1);
        if (isDead)
        {
            await old.KillAsync();
        }

        await scene.Stage.PromoteAsync(next);
        scene.Stage.PrimaryRelay.Retarget(next.Port, cut: isDead);
        scene.Tell(
            $"{next} is the primary without the last writes; {old} {(isDead ? "is dead" : "still takes writes from who is connected")}"
        );
        foreach (var replica in scene.Stage.Replicas.Where(member => member != old).ToList())
        {
            await replica.FollowAsync(next);
        }

        await scene.WaitAsync(0.5);
    }

    // One replica received what the promoted one did not.
    private static async Task DivergedAsync(Scene scene)
    {
        await scene.WaitAsync(0.2);
        var old = scene.Stage.Primary;
        var replicas = scene.Stage.Replicas.OrderBy(_ => scene.Random.Next()).ToList();
        var (next, ahead) = (replicas[0], replicas[1]);
        foreach (var replica in replicas.Where(member => member != ahead))
        {
            await replica.ExecuteAsync(replica.StopReceiving);
        }

        await scene.WritesAsync(8);
        await old.SetReadOnlyAsync(true);
        await scene.Stage.CaughtUpAsync(ahead);
        await scene.Stage.PromoteAsync(next);
        scene.Stage.PrimaryRelay.Retarget(next.Port, cut: true);
        scene.Tell($"{next} is the primary without the last writes, which {ahead} has");
        foreach (var replica in replicas.Where(member => member != next).Append(old))
        {
            // It refuses, and stays as it is.
            await replica.FollowAsync(next);
        }

        await scene.WaitAsync(0.5);
    }
}
