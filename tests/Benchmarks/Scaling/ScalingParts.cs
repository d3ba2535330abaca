using MonotonicReads.Benchmarks.Figures;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>The parts of docs/scaling.md. With <c>--write</c> each writes its table and plots there.</summary>
internal static class ScalingParts
{
    public const string Write = "--write";

    public static IEnumerable<(string Name, Func<Task<IEnumerable<Figure>>> Measure)> All(bool writes) =>
        [
            Part("scaling-replicas", ReplicaFigures.MeasureAsync, writes),
            Part("scaling-rolling", RollingFigures.RunAsync, writes),
            Part("scaling-loss", LossFigures.RunAsync, writes),
            Part("scaling-monitor", MonitorFigures.RunAsync, writes),
            Part("scaling-paper", PaperFigures.RunAsync, writes),
        ];

    private static (string, Func<Task<IEnumerable<Figure>>>) Part(string name, Func<Task<ScalingTable>> measure, bool writes) =>
        (
            name,
            async () =>
            {
                var table = await measure();
                Console.WriteLine(table.Markdown());
                if (writes)
                {
                    table.Write();
                }

                // A table of its own, and no line of the common one.
                return [];
            }
        );
}
