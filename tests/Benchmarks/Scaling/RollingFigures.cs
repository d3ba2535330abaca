using System.Globalization;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>The share of sessions that move while a changed replica set is rolled out, beside the least possible one. Simulated.</summary>
internal static class RollingFigures
{
    private const int Instances = 200;
    private const int Sessions = 20_000;
    private const int Replicas = 10;
    private const int Seed = 1;

    public static Task<ScalingTable> RunAsync()
    {
        var rows = SetChange.Usual(Replicas).Select(Row).ToList();
        return Task.FromResult(
            new ScalingTable(
                "rolling",
                ["change of 10 replicas", "optimum", "rendezvous moves", "modulo moves", "apart half-way, rendezvous", "modulo"],
                rows
            )
            {
                Plots = new Dictionary<string, LinePlot>
                {
                    ["scaling-moved.svg"] = new(
                        "Sessions that move when one replica is added",
                        "replicas before",
                        "share of the sessions",
                        [
                            new("rendezvous", [.. Numbers.Select(n => (n, Run(ReplicaSelectors.WeightedRendezvous, n).Moved))]),
                            new("modulo", [.. Numbers.Select(n => (n, Run(ReplicaSelectors.WeightedModulo, n).Moved))]),
                            new("optimum", [.. Numbers.Select(n => (n, SetChange.OneMore((int)n).Optimum))]),
                        ]
                    )
                    {
                        IsLogarithmicAcross = true,
                        UpFormat = "0 %",
                    },
                    ["scaling-rolling.svg"] = new(
                        "Two requests of a session in a row on two replicas, while ten replicas become eleven",
                        "instances of 200 that have the new set",
                        "share of the requests",
                        [
                            new("rendezvous", Apart(ReplicaSelectors.WeightedRendezvous)),
                            new("modulo", Apart(ReplicaSelectors.WeightedModulo)),
                        ]
                    )
                    {
                        UpFormat = "0 %",
                    },
                },
            }
        );
    }

    private static double[] Numbers => [3, 5, 10, 20, 50, 100, 200, 500, 1_000];

    private static string[] Row(SetChange change)
    {
        var rendezvous = RollingChange.Run(ReplicaSelectors.WeightedRendezvous, change, Instances, Sessions, Seed);
        var modulo = RollingChange.Run(ReplicaSelectors.WeightedModulo, change, Instances, Sessions, Seed);
        return
        [
            change.What,
            Share(change.Optimum),
            Share(rendezvous.Moved),
            Share(modulo.Moved),
            Share(rendezvous.Apart[Instances / 2]),
            Share(modulo.Apart[Instances / 2]),
        ];
    }

    private static RollingChange Run(IReplicaSelector selector, double replicas) =>
        RollingChange.Run(selector, SetChange.OneMore((int)replicas), instances: 1, Sessions, Seed);

    private static (double, double)[] Apart(IReplicaSelector selector) =>
        [
            .. RollingChange
                .Run(selector, SetChange.OneMore(Replicas), Instances, Sessions, Seed)
                .Apart.Select(static (share, changed) => ((double)changed, share)),
        ];

    private static string Share(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
