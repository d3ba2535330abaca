using System.Globalization;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Controls;

/// <summary>Wrong clients that a lossy failover shows.</summary>
internal static class FailoverControls
{
    public static readonly Control[] All = [new("containment that ignores server ids", Promise.OwnWrites, IgnoredServersAsync)];

    private static async Task IgnoredServersAsync(ControlScene scene)
    {
        var (old, next, other) = (scene.Stage.Primary, scene.Stage.Slots[0].Member, scene.Stage.Slots[1].Member);
        foreach (var replica in scene.Stage.Replicas)
        {
            await replica.ExecuteAsync(replica.StopReceiving);
        }

        scene.Begin(ReadConsistency.Causal);
        var written = NumberOf(await scene.WriteAsync(Claims.Monotonic | Claims.OwnWrites));
        await old.KillAsync();
        await scene.Stage.PromoteAsync(next);
        scene.Stage.PrimaryRelay.Retarget(next.Port, cut: true);
        await other.FollowAsync(next);
        for (var i = 0; i < 3; i++)
        {
            await ControlScene.CatchUpAsync(other, await scene.WriteAsync());
        }

        var applied = NumberOf(await other.ScalarAsync("SELECT @@gtid_slave_pos"));
        await scene.ReadAsync(applied >= written ? other : next, Claims.Monotonic | Claims.OwnWrites);
    }

    private static long NumberOf(string position) =>
        position
            .Split(',')
            .Select(gtid => gtid.Split('-'))
            .Where(gtid => gtid[0] == "0")
            .Max(gtid => long.Parse(gtid[2], CultureInfo.InvariantCulture));
}
