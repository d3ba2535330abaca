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
        var figures = new List<Figure>();
        foreach (var (name, size, files) in WorstSources.All)
        {
            var part = await MillisecondsAsync(files, size / 4);
            var whole = await MillisecondsAsync(files, size);
            Console.WriteLine($"  {size:N0} {name}: {part:F0} ms at a quarter, {whole:F0} ms");
            figures.Add(
                new Figure(
                    "analyzers' own time; ratio: a part's, to the same at a quarter of the size",
                    $"{size:N0} {name}",
                    $"{whole:F0} ms",
                    $"{whole / part / 4:F2}",
                    $"{Growth:F1}",
                    whole <= EnoughMilliseconds || whole / part / 4 <= Growth
                )
            );
        }

        return figures;
    }

    private static async Task<double> MillisecondsAsync(Func<int, Microsoft.CodeAnalysis.Text.SourceText[]> files, int size) =>
        (await BuildFigures.MeasureAsync(WorstSources.Of(files, size), withLibraries: true, AnalyzerSet.Ours)).Analyzers.TotalMilliseconds;
}
