using MonotonicReads.Benchmarks.Analysis;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Reading;

// All of them, or those that are named.
(string Name, Func<Task<IEnumerable<Figure>>> Measure)[] parts =
[
    ("selection", () => Task.FromResult<IEnumerable<Figure>>(SelectionFigures.Measure())),
    ("wrapper", () => Task.FromResult<IEnumerable<Figure>>(WrapperFigures.Measure())),
    ("generator", () => Task.FromResult<IEnumerable<Figure>>(GeneratorFigures.Measure())),
    ("shares", async () => await BuildFigures.SharesAsync()),
    ("growth", async () => await BuildFigures.GrowthAsync()),
    ("worst", async () => await WorstFigures.MeasureAsync()),
    ("keystroke", async () => await KeystrokeFigures.MeasureAsync()),
    ("reads", async () => await ReadFigures.RunAsync()),
    ("series", async () => await SeriesFigures.RunAsync()),
    ("held", async () => await HeldFigures.RunAsync()),
    ("merged", async () => await PageFigures.RunAsync()),
    ("waits", async () => await WaitFigures.RunAsync()),
    ("levels", async () => await LevelFigures.RunAsync()),
    ("detector", async () => await DetectorFigures.RunAsync()),
];

if (args.FirstOrDefault(name => !parts.Any(part => part.Name == name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark '{unknown}'. Name some of: {string.Join(", ", parts.Select(part => part.Name))}.");
    return 2;
}

var figures = new List<Figure>();
foreach (var (name, measure) in parts.Where(part => args.Length == 0 || args.Contains(part.Name)))
{
    Console.WriteLine(name + " ...");
    figures.AddRange(await measure());
}

FigureTable.Print(figures);
return 0;
