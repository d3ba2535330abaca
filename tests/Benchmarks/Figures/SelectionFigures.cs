using MonotonicReads.Benchmarks.Selection;

namespace MonotonicReads.Benchmarks.Figures;

internal static class SelectionFigures
{
    private const double MostAtThree = 2;
    private const double MostNanosecondsAtThree = 60;

    public static IEnumerable<Figure> Measure()
    {
        var measured = Measured.Run<SelectionBenchmarks>();
        var atThree = measured.Nanoseconds(nameof(SelectionBenchmarks.WeightedModulo), 3);
        foreach (var replicas in new[] { 3, 16, 64 })
        {
            var baseline = measured.Nanoseconds(nameof(SelectionBenchmarks.FormatAndXxHash3), replicas);
            yield return new("Selection", $"{replicas} replicas, format id + XxHash3", $"{baseline:F1} ns", "1.00");
            foreach (var selector in new[] { nameof(SelectionBenchmarks.WeightedModulo), nameof(SelectionBenchmarks.WeightedRendezvous) })
            {
                var (time, bytes) = (measured.Nanoseconds(selector, replicas), measured.Bytes(selector, replicas));
                var isModulo = selector == nameof(SelectionBenchmarks.WeightedModulo);
                var (target, isFast) = (isModulo, replicas) switch
                {
                    (true, 3) => ($"at most {MostAtThree}, 0 B", time / baseline <= MostAtThree),
                    (true, _) => ($"at most linear: {replicas / 3.0:F1} x 3 replicas, 0 B", time / atThree <= replicas / 3.0),
                    (_, 3) => ($"at most {MostNanosecondsAtThree} ns, 0 B", time <= MostNanosecondsAtThree),
                    _ => ("0 B", true),
                };
                yield return new(
                    "Selection",
                    $"{replicas} replicas, {selector}, {bytes} B",
                    $"{time:F1} ns",
                    $"{time / baseline:F2}",
                    target,
                    isFast && bytes == 0
                );
            }
        }
    }
}
