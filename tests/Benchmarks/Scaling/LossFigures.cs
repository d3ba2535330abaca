using System.Globalization;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>Where sessions read after one replica of several died, by the policy for that. The routing is the real one, over simulated
/// replicas; how the load goes on is computed.</summary>
internal static class LossFigures
{
    private const int Sessions = 6_000;

    private static readonly ReplicaLoss[] Policies = [ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Fail, ReplicaLoss.Redraw];

    public static async Task<ScalingTable> RunAsync()
    {
        var rows = new List<string[]>();
        foreach (var replicas in new[] { 3, 10 })
        {
            foreach (var policy in Policies)
            {
                rows.Add(await RowAsync(replicas, policy));
            }
        }

        return new ScalingTable(
            "loss",
            [
                "replicas",
                "policy",
                "sessions that lost it",
                "reads on the primary, others caught up",
                "others behind",
                "reads that failed",
                "reads that ran backwards, others behind",
                "new sessions on the primary",
            ],
            rows
        )
        {
            Plots = new Dictionary<string, LinePlot> { [LossPlot.File] = LossPlot.Make() },
        };
    }

    /// <summary>One row of it.</summary>
    public static async Task<string[]> RowAsync(int replicas, ReplicaLoss policy)
    {
        var level = await LossRun.RunAsync(policy, replicas, areOthersBehind: false, Sessions);
        var behind = await LossRun.RunAsync(policy, replicas, areOthersBehind: true, Sessions);
        return
        [
            replicas.ToString(CultureInfo.InvariantCulture),
            $"`{policy}`",
            Share(level.Lost),
            Share(level.OnPrimary),
            Share(behind.OnPrimary),
            Share(behind.Failed),
            Share(behind.Backwards),
            Share(Math.Max(level.NewOnPrimary, behind.NewOnPrimary)),
        ];
    }

    private static string Share(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
