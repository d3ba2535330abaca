using System.Globalization;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>How much the monitors of many instances ask each server: the cost of a look is measured, how often they look is simulated.</summary>
internal static class MonitorFigures
{
    public static async Task<ScalingTable> RunAsync()
    {
        var (primary, replica) = await MeasuredLook.RunAsync();
        var rows = new List<string[]>();
        foreach (var instances in MonitorPlot.Instances)
        {
            var free = LookLoad.Run(Unbound(instances), MonitorPlot.Seed);
            var bound = LookLoad.Run(new MonitorOptions { Instances = instances }, MonitorPlot.Seed);
            rows.Add([
                Text(instances),
                Text(free.PerSecond),
                $"{Text(free.PerSecond * primary.Questions)} / {Text(free.PerSecond * replica.Questions)}",
                Text(bound.PerSecond),
                $"{Text(bound.PerSecond * primary.Questions)} / {Text(bound.PerSecond * replica.Questions)}",
                $"{Text(bound.UntilDown)} s / {Text(bound.LongestUntilDown)} s",
                Text(bound.Busiest),
            ]);
        }

        return new ScalingTable(
            "monitor",
            [
                "instances",
                "looks a second, no bound",
                "questions, primary / replica",
                "looks a second, bound 100",
                "questions, primary / replica",
                "seen down after, middle / longest",
                "busiest second, looks",
            ],
            rows
        )
        {
            Note =
                $"A look asks a MariaDB primary {Text(primary.Questions)} questions and a replica {Text(replica.Questions)}, by the servers'\n"
                + $"own count, and takes {Text(primary.Processor.TotalMicroseconds)} and {Text(replica.Processor.TotalMicroseconds)} µs of a processor "
                + "there.",
            Plots = new Dictionary<string, LinePlot> { [MonitorPlot.File] = MonitorPlot.Make() },
        };
    }

    private static MonitorOptions Unbound(int instances) => new() { Instances = instances, MaxLooksPerSecond = double.PositiveInfinity };

    private static string Text(double number) => number.ToString(number < 10 ? "#,0.#" : "#,0", CultureInfo.InvariantCulture);
}
