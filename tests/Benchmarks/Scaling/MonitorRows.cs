using System.Globalization;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>The rows of the monitors' table: all but what a look asks is simulated.</summary>
internal static class MonitorRows
{
    /// <summary>The rows, by what a look asks each server.</summary>
    public static IReadOnlyList<string[]> Of(double questionsOfPrimary, double questionsOfReplica) =>
        [.. MonitorPlot.Instances.Select(instances => Row(instances, questionsOfPrimary, questionsOfReplica))];

    public static string Text(double number) => number.ToString(number < 10 ? "#,0.#" : "#,0", CultureInfo.InvariantCulture);

    private static string[] Row(int instances, double questionsOfPrimary, double questionsOfReplica)
    {
        var unbound = new MonitorOptions { Instances = instances, MaxLooksPerSecond = double.PositiveInfinity };
        var free = LookLoad.Run(unbound, MonitorPlot.Seed);
        var bound = LookLoad.Run(new MonitorOptions { Instances = instances }, MonitorPlot.Seed);
        return
        [
            Text(instances),
            Text(free.PerSecond),
            Questions(free),
            Text(bound.PerSecond),
            Questions(bound),
            $"{Text(bound.UntilDown)} s / {Text(bound.LongestUntilDown)} s",
            Text(bound.Busiest),
        ];

        string Questions(LookLoad load) => $"{Text(load.PerSecond * questionsOfPrimary)} / {Text(load.PerSecond * questionsOfReplica)}";
    }
}
