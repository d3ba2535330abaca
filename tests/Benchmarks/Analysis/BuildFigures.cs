using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Benchmarks.Figures;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>
/// What the analyzers add to a compile: their own time, as the compiler's <c>ReportAnalyzer</c> counts it, beside the time of parsing, binding and emitting the
/// same sources. Everything runs on one thread, so that nothing counts twice.
/// </summary>
internal static class BuildFigures
{
    private const double WithoutLibrary = 0.003;

    private const double DataAccess = 0.03;

    /// <summary>How much dearer a method may be among 100,000 than among 1,000, the larger heap of the compiler included.</summary>
    private const double Growth = 1.5;

    public static async Task<IEnumerable<Figure>> SharesAsync()
    {
        await WarmUpAsync();
        return
        [
            .. await ShareAsync("2,000 files, no data library referenced", 0, withLibraries: false, WithoutLibrary),
            .. await ShareAsync("2,000 files, MonotonicReads and Dapper referenced, nothing reads", 0, withLibraries: true, WithoutLibrary),
            .. await ShareAsync("2,000 files, one in fifty reads through Dapper", 50, withLibraries: true, DataAccess),
            .. await ShareAsync("2,000 files, one in two reads through Dapper", 2, withLibraries: true, target: null, AnalyzerSet.Others),
        ];
    }

    public static async Task<IEnumerable<Figure>> GrowthAsync()
    {
        await WarmUpAsync();
        var figures = new List<Figure>();
        double? first = null;
        foreach (var methods in new[] { 1_000, 10_000, 100_000 })
        {
            var texts = SyntheticProject.Texts(methods / SyntheticProject.MethodsPerFile, dataEvery: 10);
            var best = double.MaxValue;
            for (var round = 0; round < (methods > 50_000 ? 1 : 3); round++)
            {
                var (analyzers, found) = await MeasureAsync(texts, withLibraries: true, AnalyzerSet.Ours);
                Expect(found, methods / SyntheticProject.MethodsPerFile / 10 * 2);
                best = Math.Min(best, analyzers.TotalMicroseconds / methods);
            }

            first ??= best;
            figures.Add(
                methods == 1_000
                    ? new Figure("growth, analyzers per method; one file in ten reads", $"{methods:N0} methods", $"{best:F1} us", "1.00")
                    : new Figure(
                        "growth, analyzers per method; one file in ten reads",
                        $"{methods:N0} methods",
                        $"{best:F1} us",
                        $"{best / first:F2}",
                        $"{Growth:F1}",
                        best / first <= Growth
                    )
            );
        }

        return figures;
    }

    /// <summary>The first rounds pay for compiling the code itself.</summary>
    public static async Task WarmUpAsync()
    {
        await MeasureAsync(SyntheticProject.Texts(200, dataEvery: 2), withLibraries: true, AnalyzerSet.Ours);
        await MeasureAsync(SyntheticProject.Texts(200, dataEvery: 0), withLibraries: false, AnalyzerSet.Ours);
    }

    private static async Task<IEnumerable<Figure>> ShareAsync(
        string group,
        int dataEvery,
        bool withLibraries,
        double? target,
        IReadOnlyList<AnalyzerSet>? others = null
    )
    {
        const int Files = 2_000;
        var texts = SyntheticProject.Texts(Files, dataEvery);
        var compile = Compile(texts, withLibraries);
        var figures = new List<Figure>
        {
            new($"share of a compile, {group}", "parse, bind, emit", $"{compile.TotalMilliseconds:F0} ms", "1.00"),
        };
        foreach (var set in others is null ? [AnalyzerSet.Ours] : others.Prepend(AnalyzerSet.Ours))
        {
            var (first, found) = await MeasureAsync(texts, withLibraries, set);
            var (second, _) = await MeasureAsync(texts, withLibraries, set);
            var best = first < second ? first : second;
            var share = best / compile;
            if (set == AnalyzerSet.Ours && dataEvery > 0)
            {
                Expect(found, Files / dataEvery * 2);
            }

            figures.Add(
                set == AnalyzerSet.Ours && target is { } aim
                    ? new Figure(
                        $"share of a compile, {group}",
                        set.Name,
                        $"{best.TotalMilliseconds:F1} ms",
                        $"{share:P2}",
                        $"{aim:P1}",
                        share <= aim
                    )
                    : new Figure($"share of a compile, {group}", set.Name, $"{best.TotalMilliseconds:F1} ms", $"{share:P2}")
            );
        }

        return figures;
    }

    private static TimeSpan Compile(SourceText[] texts, bool withLibraries)
    {
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            var result = SyntheticProject.Compilation(texts, withLibraries).Emit(Stream.Null);
            if (!result.Success)
            {
                throw new InvalidOperationException(
                    string.Join("\n", result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error).Take(5))
                );
            }

            best = Stopwatch.GetElapsedTime(start) is var time && time < best ? time : best;
        }

        return best;
    }

    public static async Task<(TimeSpan Analyzers, int Found)> MeasureAsync(SourceText[] texts, bool withLibraries, AnalyzerSet set)
    {
        var compilation = SyntheticProject.Compilation(texts, withLibraries, set.Enabled);
        compilation.GetDeclarationDiagnostics();
        GC.Collect();
        var running = compilation.WithAnalyzers(
            set.Analyzers,
            new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]),
                static (exception, _, _) => throw exception,
                concurrentAnalysis: false,
                logAnalyzerExecutionTime: true
            )
        );
        var result = await running.GetAnalysisResultAsync(CancellationToken.None);
        var time = TimeSpan.Zero;
        foreach (var telemetry in result.AnalyzerTelemetryInfo.Values)
        {
            time += telemetry.ExecutionTime;
        }

        return (time, result.GetAllDiagnostics().Length);
    }

    /// <summary>Were nothing found, nothing would have been measured.</summary>
    private static void Expect(int found, int atLeast)
    {
        if (found < atLeast)
        {
            throw new InvalidOperationException($"{found} findings, expected {atLeast}");
        }
    }
}
