namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>How often the monitors of many instances look at each server. Simulated.</summary>
internal static class MonitorPlot
{
    public const int Seed = 11;

    public const string File = "scaling-monitor.svg";

    public static readonly int[] Instances = [1, 10, 50, 100, 200, 500, 1_000, 2_000];

    public static LinePlot Make() =>
        new(
            "Looks at each server, by the number of instances",
            "instances",
            "looks a second",
            [new("no bound", Looks(double.PositiveInfinity)), new("MaxLooksPerSecond = 20", Looks(20)), new("100, the default", Looks(100))]
        );

    private static (double, double)[] Looks(double most) =>
        [
            .. Instances.Select(instances =>
                ((double)instances, LookLoad.Run(new MonitorOptions { Instances = instances, MaxLooksPerSecond = most }, Seed).PerSecond)
            ),
        ];
}
