using System.Globalization;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>How long throughput is measured, for shorter runs.</summary>
/// <param name="Sessions"><c>THROUGHPUT_SESSIONS</c>: how many run at once, separated by commas.</param>
/// <param name="Pairs"><c>THROUGHPUT_PAIRS</c>: how many pairs of slices each way has at each of them.</param>
/// <param name="Slice"><c>THROUGHPUT_SLICE</c>, in milliseconds: how long one of a pair lasts.</param>
internal sealed record ThroughputOptions(int[] Sessions, int Pairs, TimeSpan Slice)
{
    public static ThroughputOptions FromEnvironment() =>
        new(
            [.. Text("THROUGHPUT_SESSIONS", "1,16,64,256").Split(',').Select(static text => Number(text))],
            Number(Text("THROUGHPUT_PAIRS", "60")),
            TimeSpan.FromMilliseconds(Number(Text("THROUGHPUT_SLICE", "100")))
        );

    private static string Text(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : otherwise;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
