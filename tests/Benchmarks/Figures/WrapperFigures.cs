using System.Runtime.CompilerServices;
using MonotonicReads.Benchmarks.Wrapping;

namespace MonotonicReads.Benchmarks.Figures;

internal static class WrapperFigures
{
    private const double MostAbove = 60;

    public static IEnumerable<Figure> Measure()
    {
        var measured = Measured.Run<WrapperBenchmarks>();
        var (hand, joining) = (nameof(WrapperBenchmarks.HandWrittenOpening), nameof(WrapperBenchmarks.HandWrittenJoining));

        yield return Plain("direct call", nameof(WrapperBenchmarks.Direct), hand);
        yield return Plain("hand-written AsyncLocal, opening", hand, hand);
        yield return Aimed("generated, opening", nameof(WrapperBenchmarks.GeneratedOpening), hand);
        yield return Plain("generated, opening, id drawn", nameof(WrapperBenchmarks.GeneratedOpeningWithId), hand);
        yield return Plain("DispatchProxy, opening", nameof(WrapperBenchmarks.DispatchProxyOpening), hand);
        yield return Plain("hand-written AsyncLocal, joining", joining, joining);
        yield return Aimed("generated, joining", nameof(WrapperBenchmarks.GeneratedJoining), joining);

        Figure Plain(string what, string method, string against) =>
            new("Wrapper", $"{what}, {measured.Bytes(method)} B", $"{measured.Nanoseconds(method):F1} ns", Ratio(method, against));

        Figure Aimed(string what, string method, string against)
        {
            var above = measured.Nanoseconds(method) - measured.Nanoseconds(against);
            var bytesAbove = measured.Bytes(method) - measured.Bytes(against);
            return Plain(what, method, against) with
            {
                Target = $"+{MostAbove} ns and one object: {above:+0;-0} ns, {bytesAbove:+0;-0;0} B",
                IsMet = above <= MostAbove && bytesAbove <= SizeOfSession(),
            };
        }

        string Ratio(string method, string against) => $"{measured.Nanoseconds(method) / measured.Nanoseconds(against):F2}";
    }

    // Bytes are what the runtime counts; not more of them than one session object has means not more than one object.
    private static long SizeOfSession()
    {
        RuntimeHelpers.GetUninitializedObject(typeof(ReadSession));
        var before = GC.GetAllocatedBytesForCurrentThread();
        RuntimeHelpers.GetUninitializedObject(typeof(ReadSession));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
