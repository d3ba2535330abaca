using System.Globalization;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>The processor time of other processes, from Linux' own count, in hundredths of a second.</summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100;

    public static TimeSpan Of(int process)
    {
        // The name stands in brackets and may have anything in it.
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        return TimeSpan.FromSeconds((Ticks(fields[11]) + Ticks(fields[12])) / TicksPerSecond);
    }

    private static long Ticks(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
