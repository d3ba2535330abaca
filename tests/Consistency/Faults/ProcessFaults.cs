namespace MonotonicReads.Consistency.Faults;

/// <summary>Servers that are killed, restarted, or stand still.</summary>
internal static class ProcessFaults
{
    public static readonly Fault[] All =
    [
        new("replica-killed", scene => KillAsync(scene, isDurable: true)) { IsHeavy = true, IsForMySql = true },
        new("replica-killed-not-durable", scene => KillAsync(scene, isDurable: false)) { IsHeavy = true },
        new("quick-restarts", QuickAsync) { IsHeavy = true },
        new("replica-paused-shortly", scene => PauseAsync(scene, scene.AnyReplica(), 0.4)),
        new("replica-paused-long", scene => PauseAsync(scene, scene.AnyReplica(), seconds: 3.6)) { IsHeavy = true },
        new("primary-paused-shortly", scene => PauseAsync(scene, scene.Stage.Primary, 0.4)),
        new("primary-paused-long", scene => PauseAsync(scene, scene.Stage.Primary, seconds: 3.6)) { IsHeavy = true },
        // A primary that is not durable lacks for good what its replicas have, and nothing that it says tells: docs/guarantees.md.
        new("primary-restarted", RestartPrimaryAsync) { IsHeavy = true },
        new("replica-from-backup", FromBackupAsync) { IsHeavy = true },
        new("replica-rebuilt-empty", EmptyAsync) { IsHeavy = true },
    ];

    private static async Task KillAsync(Scene scene, bool isDurable)
    {
        var member = scene.AnyReplica();
        await member.SetDurableAsync(isDurable);
        await scene.WaitAsync(0.3);
        scene.Tell($"{member} is killed");
        await member.KillAsync();
        await scene.WaitAsync(0.15);
        await RestartAsync(scene, member);
        await scene.WaitAsync(0.4);
    }

    private static async Task RestartAsync(Scene scene, Member member)
    {
        await member.StartAsync();
        scene.Tell($"{member} is back");
        await member.FollowAsync(scene.Stage.Primary);
    }

    // Three runs within a second or two, the last of which has gone back.
    private static async Task QuickAsync(Scene scene)
    {
        var member = scene.AnyReplica();
        await scene.WaitAsync(0.2);
        for (var run = 0; run < 3; run++)
        {
            await member.SetDurableAsync(run == 0);
            await Task.Delay(scene.Random.Next(50, 300));
            await member.KillAsync();
            scene.Tell($"{member} is killed");
            await RestartAsync(scene, member);
        }

        await scene.WaitAsync(0.3);
    }

    private static async Task PauseAsync(Scene scene, Member member, double seconds)
    {
        await scene.WaitAsync(0.1);
        await member.PauseAsync();
        scene.Tell($"{member} stands still");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await member.ResumeAsync();
        scene.Tell($"{member} goes on");
        await scene.WaitAsync(0.3);
    }

    private static async Task RestartPrimaryAsync(Scene scene)
    {
        var member = scene.Stage.Primary;
        await member.SetDurableAsync(true);
        await scene.WaitAsync(0.3);
        scene.Tell($"{member}, the primary, is killed");
        await member.KillAsync();
        await scene.WaitAsync(0.1);
        await member.StartAsync();
        scene.Tell($"{member} is back");
        await scene.WaitAsync(0.4);
    }

    // From a backup that was taken of another replica a while ago.
    private static async Task FromBackupAsync(Scene scene)
    {
        var slots = scene.Stage.Slots.OrderBy(_ => scene.Random.Next()).ToList();
        var (rebuilt, source) = (slots[0].Member, slots[1].Member);
        await source.ExecuteAsync(source.StopApplying);
        await scene.WaitAsync(0.3);
        await scene.Stage.CollectAsync(rebuilt);
        scene.Tell($"{rebuilt} is rebuilt from a backup of {source}");
        await rebuilt.RebuildAsync(source);
        await rebuilt.FollowAsync(scene.Stage.Primary);
        await scene.WaitAsync(0.2);
        if (scene.Random.Next(2) == 0)
        {
            // What its log does not say must not be taken for nothing.
            await rebuilt.ExecuteAsync(rebuilt.StopApplying);
            await rebuilt.ExecuteAsync("RESET MASTER");
            await scene.WaitAsync(0.2);
            await rebuilt.KillAsync();
            scene.Tell($"{rebuilt} is killed");
        }

        await scene.WaitAsync(0.2);
        await source.ExecuteAsync(source.StartApplying);
        await scene.WaitAsync(0.1);
    }

    private static async Task EmptyAsync(Scene scene)
    {
        var member = scene.AnyReplica();
        await scene.WaitAsync(0.2);
        await scene.Stage.CollectAsync(member);
        scene.Tell($"{member} is rebuilt empty");
        await member.RebuildAsync(null);
        await scene.WaitAsync(0.6);
    }
}
