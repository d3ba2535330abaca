using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace MonotonicReads.Benchmarks.Figures;

/// <summary>
/// Runs the benchmarks of one class in several rounds, one after the other, and answers with the best iteration of each. An
/// iteration is nothing but processor time, to which other processes can only add: on a shared machine means and medians
/// measure the neighbours. The rounds let every benchmark meet the machine's good and bad moments alike.
/// </summary>
internal sealed class Measured
{
    private const int Rounds = 4;

    private readonly Dictionary<(string Method, int? Replicas), (double Nanoseconds, long Bytes)> _best = [];

    private Measured() { }

    public static Measured Run<TBenchmarks>()
    {
        // In this process, and short: a build and a process for each benchmark would take minutes.
        var job = Job
            .Default.WithToolchain(InProcessEmitToolchain.DontLogOutput)
            .WithStrategy(RunStrategy.Throughput)
            .WithIterationTime(TimeInterval.FromMilliseconds(60))
            .WithWarmupCount(4)
            .WithIterationCount(6);
        var isVerbose = Environment.GetEnvironmentVariable("BENCHMARK_LOG") == "1";
        var config = ManualConfig
            .CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(isVerbose ? ConsoleLogger.Default : NullLogger.Instance)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "monotonicreads-benchmarks"));
        var measured = new Measured();
        for (var round = 0; round < Rounds; round++)
        {
            measured.Add(BenchmarkRunner.Run<TBenchmarks>(config));
        }

        return measured;
    }

    private void Add(Summary summary)
    {
        foreach (var report in summary.Reports)
        {
            var benchmark = report.BenchmarkCase;
            var name = benchmark.Descriptor.WorkloadMethod.Name;
            var statistics =
                report.ResultStatistics ?? throw new InvalidOperationException($"{name} gave no result. Set BENCHMARK_LOG=1 to see why.");
            var key = (name, benchmark.Parameters.Items.FirstOrDefault(parameter => parameter.Name == "Replicas")?.Value as int?);
            var before = _best.GetValueOrDefault(key, (double.MaxValue, long.MaxValue));
            _best[key] = (
                Math.Min(before.Item1, statistics.Min),
                Math.Min(before.Item2, report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0)
            );
        }
    }

    public double Nanoseconds(string method, int? replicas = null) => _best[(method, replicas)].Nanoseconds;

    public long Bytes(string method, int? replicas = null) => _best[(method, replicas)].Bytes;
}
