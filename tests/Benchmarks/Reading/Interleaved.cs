using System.Diagnostics;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>
/// Times of several ways to do the same, measured in one run, turn by turn: on a shared machine one run differs from the
/// next by far more than the ways do. What other processes do only adds to a time, so the figure is that of the undisturbed turns,
/// the first percentile; the median stands beside it.
/// </summary>
internal sealed class Interleaved
{
    private const double Undisturbed = 0.01;
    private const double Half = 0.5;

    private readonly double[] _sorted;

    private Interleaved(double[] sorted) => _sorted = sorted;

    public double Microseconds => At(Undisturbed);

    public double MedianMicroseconds => At(Half);

    /// <summary>The times of each way, in the order of the ways.</summary>
    public static async Task<Interleaved[]> MeasureAsync(int warmUpRounds, int rounds, params Func<Task>[] ways)
    {
        await TurnsAsync(ways, warmUpRounds);
        var times = await TurnsAsync(ways, rounds);
        return [.. times.Select(t => new Interleaved([.. t.Order()]))];
    }

    public Interleaved With(Interleaved other) => new([.. _sorted.Concat(other._sorted).Order()]);

    public string Against(Interleaved other) =>
        $"{Microseconds / other.Microseconds:F3}, median {MedianMicroseconds / other.MedianMicroseconds:F3}";

    public override string ToString() => $"{Microseconds:F1} us, median {MedianMicroseconds:F1}";

    private static async Task<double[][]> TurnsAsync(Func<Task>[] ways, int rounds)
    {
        var times = ways.Select(_ => new double[rounds]).ToArray();
        var order = Enumerable.Range(0, ways.Length).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            // A turn finds what the one before left in the caches; in a fixed order that would always be the same one.
            Random.Shared.Shuffle(order);
            foreach (var way in order)
            {
                var started = Stopwatch.GetTimestamp();
                await ways[way]();
                times[way][round] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        return times;
    }

    private double At(double quantile) => _sorted[(int)(_sorted.Length * quantile)];
}
