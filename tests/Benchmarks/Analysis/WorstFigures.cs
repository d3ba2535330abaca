using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Benchmarks.Figures;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>
/// What the analyzers cost where code is as no person writes it: for each of the sources at its size, how much dearer a part of it is than at a quarter of it.
/// Work that grows with the square of the size would make that four.
/// </summary>
internal static class WorstFigures
{
    private const double Growth = 2;

    /// <summary>What takes less than this is done, however it grew.</summary>
    private const double EnoughMilliseconds = 1000;

    public static async Task<IEnumerable<Figure>> MeasureAsync()
    {
        await BuildFigures.WarmUpAsync();
        var figures = new List<Figure>();
        foreach (var (name, size, files) in WorstSources.All)
        {
            var part = await MillisecondsAsync(files, size / 4);
            var whole = await MillisecondsAsync(files, size);

            // The compiler's own builder of control-flow graphs takes the square of some of these; what it takes is not ours.
            var (partOfGraphs, graphs) = (GraphMilliseconds(files, size / 4), GraphMilliseconds(files, size));
            var ratio = Math.Max(1, whole - graphs) / Math.Max(1, part - partOfGraphs) / 4;
            Console.WriteLine(
                $"  {size:N0} {name}: {part:F0} ms at a quarter, {whole:F0} ms; graphs alone {partOfGraphs:F0} and {graphs:F0} ms"
            );
            figures.Add(
                new Figure(
                    "analyzers' own time (of it the compiler's graphs); ratio: a part's without graphs, to the same at a quarter of the size",
                    $"{size:N0} {name}",
                    $"{whole:F0} ({graphs:F0}) ms",
                    $"{ratio:F2}",
                    $"{Growth:F1}",
                    whole - graphs <= EnoughMilliseconds || ratio <= Growth
                )
            );
        }

        return figures;
    }

    private static async Task<double> MillisecondsAsync(Func<int, SourceText[]> files, int size) =>
        (await BuildFigures.MeasureAsync(WorstSources.Of(files, size), withLibraries: true, AnalyzerSet.Ours)).Analyzers.TotalMilliseconds;

    /// <summary>The time in which the compiler makes the control-flow graph of each method, all being bound.</summary>
    private static double GraphMilliseconds(Func<int, SourceText[]> files, int size)
    {
        var compilation = SyntheticProject.Compilation(WorstSources.Of(files, size), withLibraries: true);
        var bodies = compilation
            .SyntaxTrees.SelectMany(tree =>
            {
                var model = compilation.GetSemanticModel(tree);
                return tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Select(method => model.GetOperation(method));
            })
            .OfType<IMethodBodyOperation>()
            .ToList();
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        foreach (var body in bodies)
        {
            ControlFlowGraph.Create(body);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
