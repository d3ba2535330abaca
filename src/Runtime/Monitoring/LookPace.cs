namespace MonotonicReads.Monitoring;

/// <summary>When one server is looked at next: by the configured interval, or later, where the instances that share the server would
/// together ask it more often than it is to be asked.</summary>
/// <param name="options">The interval, its jitter, the instances and the bound.</param>
/// <param name="chance">A number from 0 to 1, drawn anew at each call.</param>
internal sealed class LookPace(MonitorOptions options, Func<double> chance)
{
    private const double LongestWaitDays = 24;

    private bool _isInPlace = options.IntervalBySharing <= options.Interval.TotalDays;

    /// <summary>The time until the next look.</summary>
    public TimeSpan Next()
    {
        // Endless times a chance of 0 would be no number at all.
        var days = Math.Min(Math.Max(options.Interval.TotalDays, options.IntervalBySharing), double.MaxValue);
        if (!_isInPlace)
        {
            // Instances that were started together look together at first. Each takes a place of its own in the longer interval.
            _isInPlace = true;
            return Bounded(days * chance());
        }

        return Bounded(days * (1 + (options.Jitter * ((2 * chance()) - 1))));
    }

    /// <summary>Timers count to 49 days; who says more means never.</summary>
    public static TimeSpan Bounded(double days) => TimeSpan.FromDays(Math.Min(days, LongestWaitDays));
}
