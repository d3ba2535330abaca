using System.Globalization;
using MonotonicReads.Benchmarks.Reading;

namespace MonotonicReads.Benchmarks.Figures;

internal static class SessionFigures
{
    private const double LeastPerSecond = 1_000_000;
    private const double MostOfToken = 25_000;
    private const long MostBytesOfToken = 2_000;
    private const double NanosecondsOfSecond = 1e9;

    public static IEnumerable<Figure> Measure()
    {
        var measured = Measured.Run<SessionBenchmarks>();
        yield return Session("begun and ended", nameof(SessionBenchmarks.BegunAndEnded));
        yield return Session("begun and ended, id drawn", nameof(SessionBenchmarks.BegunWithIdAndEnded));
        var (resumed, both) = (nameof(SessionBenchmarks.TokenResumed), nameof(SessionBenchmarks.TokenResumedAndMade));
        yield return Token("resumed", measured.Nanoseconds(resumed), measured.Bytes(resumed));
        yield return Token(
            "made",
            measured.Nanoseconds(both) - measured.Nanoseconds(resumed),
            measured.Bytes(both) - measured.Bytes(resumed)
        );

        Figure Session(string what, string method)
        {
            var perSecond = NanosecondsOfSecond / measured.Nanoseconds(method);
            return new(
                "Session",
                $"{what}, {measured.Bytes(method)} B",
                $"{measured.Nanoseconds(method):F0} ns",
                "",
                string.Create(CultureInfo.InvariantCulture, $"{LeastPerSecond:N0} a second and core: {perSecond:N0}"),
                perSecond >= LeastPerSecond
            );
        }

        static Figure Token(string what, double nanoseconds, long bytes) =>
            new(
                "Session",
                $"token {what}, {bytes} B",
                $"{nanoseconds / 1_000:F1} us",
                "",
                $"at most {MostOfToken / 1_000} us, {MostBytesOfToken} B",
                nanoseconds <= MostOfToken && bytes <= MostBytesOfToken
            );
    }
}
