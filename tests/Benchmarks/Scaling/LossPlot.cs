namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>The load on the primary after one replica died, over time. Simulated.</summary>
internal static class LossPlot
{
    private const int Sessions = 20_000;
    private const double Lifetime = 30;
    private const int Steps = 91;

    public const string File = "scaling-loss.svg";

    public static LinePlot Make() =>
        new(
            "Reads on the primary after one replica died; sessions live 30 seconds on average",
            "seconds since",
            "share of all reads",
            [
                new("Primary, 3 replicas", Decay(3, goesToPrimary: true)),
                new("Primary, 10 replicas", Decay(10, goesToPrimary: true)),
                new("CaughtUp with others caught up, Redraw, Fail", Decay(10, goesToPrimary: false)),
            ]
        )
        {
            UpFormat = "0 %",
        };

    private static (double, double)[] Decay(int replicas, bool goesToPrimary) =>
        [
            .. LossDecay
                .Run(ReplicaSelectors.WeightedModulo, replicas, goesToPrimary, Lifetime, Sessions, Steps)
                .Select(static (share, step) => ((double)step, share)),
        ];
}
