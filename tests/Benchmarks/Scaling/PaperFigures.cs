using System.Globalization;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>100,000 sessions a second on paper: constants that are measured in this run, times so many.</summary>
internal static class PaperFigures
{
    private const double SessionsPerSecond = 100_000;
    private const double Instances = 200;
    private const int Replicas = 10;
    private const double SecondsOfSession = 0.05;
    private const double SecondsOfRead = 0.001;
    private const int Held = 10_000;
    private const double ReadsPerSecond = SessionsPerSecond * MeasuredRead.ReadsOfSession;

    public static async Task<ScalingTable> RunAsync()
    {
        var read = await MeasuredRead.RunAsync();
        using var source = Costs.SourceOf(Replicas, ReplicaSelectors.WeightedModulo);
        var costs = Costs.Of(static () => ReadSession.Begin(ReadConsistency.Monotonic).Dispose(), () => Costs.OpenSession(source));
        var (begun, opened) = (costs[0], costs[1]);
        var held = BytesOfHeld(source);
        var lost = SessionsPerSecond * SecondsOfSession / Replicas;
        var ours = read.Pinned - read.Plain;
        string[][] rows =
        [
            Row("a session begins and ends", $"{begun.Nanoseconds:0} ns", Cores(begun.Nanoseconds * 1e-9 * SessionsPerSecond)),
            Row(
                $"it draws its UUID and one of {Replicas} replicas besides",
                $"{opened.Nanoseconds - begun.Nanoseconds:0} ns",
                Cores((opened.Nanoseconds - begun.Nanoseconds) * 1e-9 * SessionsPerSecond)
            ),
            Row(
                "what it leaves to be collected",
                $"{opened.Bytes:0} B",
                $"{Number(opened.Bytes * SessionsPerSecond / 1e6)} MB/s, {Number(opened.Bytes * SessionsPerSecond / 1e6 / Instances)} MB/s each"
            ),
            Row(
                $"sessions that live, of {SecondsOfSession * 1000:0} ms",
                $"{held:0} B each",
                $"{Number(SessionsPerSecond * SecondsOfSession)}, {Number(SessionsPerSecond * SecondsOfSession * held / 1e6)} MB"
            ),
            Row(
                $"reads, {MeasuredRead.ReadsOfSession} of a session: the application, plain",
                $"{read.Plain.TotalMicroseconds:0} µs",
                Cores(read.Plain.TotalSeconds * ReadsPerSecond)
            ),
            Row("the same in a session, more than plain", $"{ours.TotalMicroseconds:0.0} µs", Cores(ours.TotalSeconds * ReadsPerSecond)),
            Row(
                "the same, at the replicas",
                $"{read.Server.TotalMicroseconds:0} µs",
                $"{Number(read.Server.TotalSeconds * ReadsPerSecond)} cores, {Number(read.Server.TotalSeconds * ReadsPerSecond / Replicas)} each of {Replicas}"
            ),
            Row(
                "connections in use, where a read takes 1 ms",
                "reads a second × time",
                $"{Number(ReadsPerSecond * SecondsOfRead)}, {Number(ReadsPerSecond * SecondsOfRead / Replicas)} at each replica"
            ),
            Row("connections that are open at least, at each server", "1 of each instance", Number(Instances)),
            Row("looks of the monitors, at each server", "every 2 s", $"{Number(Instances / 2)} a second"),
            Row(
                "one replica of 10 dies: sessions that lose it",
                "1 of 10 that live",
                $"{Number(lost)}, {Number(ReadsPerSecond / Replicas)} reads a second, for {SecondsOfSession * 1000:0} ms"
            ),
        ];
        return new ScalingTable("paper", ["what", "measured, or assumed", "at 100,000 sessions a second, 200 instances"], rows);
    }

    // What the heap has more of while so many sessions have drawn and go on.
    private static double BytesOfHeld(ReplicatedDataSource source)
    {
        var held = new ReadSession[Held];
        Hold();
        Array.ForEach(held, static session => session.Dispose());
        Array.Clear(held);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Hold();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Array.ForEach(held, static session => session.Dispose());
        return (double)bytes / Held;

        void Hold()
        {
            for (var i = 0; i < held.Length; i++)
            {
                // Each in a flow of its own, or one would join the other.
                ExecutionContext.Run(ExecutionContext.Capture()!, _ => held[i] = ReadSession.Begin(ReadConsistency.Monotonic), null);
                Costs.Draw(source, held[i]);
            }
        }
    }

    private static string[] Row(string what, string constant, string sum) => [what, constant, sum];

    private static string Cores(double cores) =>
        $"{Number(cores)} cores, {(cores / Instances).ToString("0.0 %", CultureInfo.InvariantCulture)} of one each";

    private static string Number(double number) => number.ToString(number < 10 ? "#,0.##" : "#,0", CultureInfo.InvariantCulture);
}
