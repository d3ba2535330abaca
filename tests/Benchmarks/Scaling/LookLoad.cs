using MonotonicReads.Monitoring;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>
/// How often one server is looked at by many instances that all began at the same moment, each by the monitor's own pace.
/// </summary>
/// <param name="PerSecond">Looks in a second, on average.</param>
/// <param name="Busiest">Looks in the busiest second, the first one left out, in which all look once.</param>
/// <param name="UntilDown">Seconds from the moment at which the server dies until an instance counts it as down: the middle one.</param>
/// <param name="LongestUntilDown">The same of the last instance.</param>
internal sealed record LookLoad(double PerSecond, int Busiest, double UntilDown, double LongestUntilDown)
{
    private const int Intervals = 60;

    /// <summary>Runs it; the same for the same arguments. A look takes no time here.</summary>
    public static LookLoad Run(MonitorOptions options, int seed)
    {
        var random = new Random(seed);
        var interval = Math.Max(options.Interval.TotalSeconds, options.Instances / options.MaxLooksPerSecond);
        var until = Math.Ceiling(interval * Intervals);
        var seconds = new int[(int)until];
        var downs = new List<double>();
        for (var instance = 0; instance < options.Instances; instance++)
        {
            var pace = new LookPace(options, random.NextDouble);
            var (dies, failures) = (until / 2, 0);
            for (var at = 0.0; at < until; at += pace.Next().TotalSeconds)
            {
                seconds[(int)at]++;
                if (at >= dies && ++failures == options.FailuresUntilDown)
                {
                    downs.Add(at - dies);
                }
            }
        }

        // In the first interval each takes its place, by a look more.
        var begin = (int)Math.Ceiling(interval);
        downs.Sort();
        return new(seconds[begin..].Average(), seconds[1..].Max(), downs[downs.Count / 2], downs[^1]);
    }
}
