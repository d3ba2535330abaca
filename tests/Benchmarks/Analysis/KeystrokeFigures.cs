using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Benchmarks.Figures;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>
/// What the analyzers cost after one keystroke in a project of 1,000 files that all read through Dapper: the diagnostics of the edited file alone, as an
/// editor asks for them, above those of an analyzer that does nothing with each operation block. All see each edit, in turns.
/// </summary>
internal static class KeystrokeFigures
{
    private const int Files = 1000;

    private const int Edits = 120;

    private const double TargetMilliseconds = 25;

    public static async Task<IEnumerable<Figure>> MeasureAsync()
    {
        AnalyzerSet[] sets = [AnalyzerSet.Empty, AnalyzerSet.Ours, .. AnalyzerSet.Others];
        var compilation = SyntheticProject.Compilation(
            SyntheticProject.Texts(Files, dataEvery: 1),
            withLibraries: true,
            [.. sets.SelectMany(static s => s.Enabled)]
        );
        var trees = compilation.SyntaxTrees;
        var times = sets.Select(static _ => new List<double>()).ToArray();
        var found = 0;
        for (var edit = 0; edit < Edits; edit++)
        {
            var file = edit * 37 % Files;
            for (var i = 0; i < sets.Length; i++)
            {
                var tree = CSharpSyntaxTree.ParseText(
                    SyntheticProject.DataFile(file, (file + 1) % Files, $"{edit}"),
                    path: $"File{file}.cs"
                );
                var (time, count) = await DiagnosticsOf(compilation.ReplaceSyntaxTree(trees[file], tree), tree, sets[i]);
                found += sets[i] == AnalyzerSet.Ours ? count : 0;

                // The first edits pay for compiling the code itself.
                if (edit >= Edits / 4)
                {
                    times[i].Add(time);
                }
            }
        }

        // Two methods of a file are at fault: were they not found, nothing would have been measured.
        if (found < Edits * 2)
        {
            throw new InvalidOperationException($"{found} findings in {Edits} edits");
        }

        const string Group = "one keystroke among 1,000 files, file-scope diagnostics, p95 (median)";
        var empty = Percentile(times[0], 0.95);
        return sets.Select(
            (set, i) =>
            {
                var high = Percentile(times[i], 0.95);
                var time = $"{high:F1} ({Percentile(times[i], 0.5):F1}) ms";
                return set == AnalyzerSet.Empty ? new Figure(Group, set.Name, time, "1.00")
                    : set == AnalyzerSet.Ours
                        ? new Figure(
                            Group,
                            set.Name,
                            time,
                            $"{high - empty:+0.0;-0.0} ms",
                            $"+{TargetMilliseconds} ms",
                            high - empty <= TargetMilliseconds
                        )
                    : new Figure(Group, set.Name, time, $"{high - empty:+0.0;-0.0} ms");
            }
        );
    }

    private static async Task<(double Milliseconds, int Found)> DiagnosticsOf(Compilation compilation, SyntaxTree tree, AnalyzerSet set)
    {
        var start = Stopwatch.GetTimestamp();
        var running = compilation.WithAnalyzers(
            set.Analyzers,
            new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]),
                static (exception, _, _) => throw exception,
                concurrentAnalysis: false,
                logAnalyzerExecutionTime: false
            )
        );
        var found = await running.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, CancellationToken.None);
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, found.Length);
    }

    private static double Percentile(List<double> times, double rank) => times.Order().ElementAt((int)(rank * (times.Count - 1)));
}
