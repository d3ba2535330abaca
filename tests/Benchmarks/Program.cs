using MonotonicReads.Benchmarks.Analysis;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Peers;
using MonotonicReads.Benchmarks.Reading;
using MonotonicReads.Benchmarks.Scaling;

// It has options and a page of its own, and takes as long as all the others.
if (args is ["peers", .. var options])
{
    return await PeerRun.MainAsync(options);
}

// All of them, or those that are named.
var writes = args.Contains(ScalingParts.Write);
args = [.. args.Where(static name => name != ScalingParts.Write)];
(string Name, Func<Task<IEnumerable<Figure>>> Measure)[] parts =
[
    ("selection", () => Task.FromResult<IEnumerable<Figure>>(SelectionFigures.Measure())),
    ("sessions", () => Task.FromResult<IEnumerable<Figure>>(SessionFigures.Measure())),
    ("wrapper", () => Task.FromResult<IEnumerable<Figure>>(WrapperFigures.Measure())),
    ("generator", () => Task.FromResult<IEnumerable<Figure>>(GeneratorFigures.Measure())),
    ("shares", async () => await BuildFigures.SharesAsync()),
    ("growth", async () => await BuildFigures.GrowthAsync()),
    ("worst", async () => await WorstFigures.MeasureAsync()),
    ("keystroke", async () => await KeystrokeFigures.MeasureAsync()),
    ("reads", async () => await ReadFigures.RunAsync()),
    ("throughput", async () => await ThroughputFigures.RunAsync()),
    ("series", async () => await SeriesFigures.RunAsync()),
    ("held", async () => await HeldFigures.RunAsync()),
    ("merged", async () => await PageFigures.RunAsync()),
    ("waits", async () => await WaitFigures.RunAsync()),
    ("levels", async () => await LevelFigures.RunAsync()),
    ("detector", async () => await DetectorFigures.RunAsync()),
    .. ScalingParts.All(writes),
];

if (args.FirstOrDefault(name => !parts.Any(part => part.Name == name)) is { } unknown)
{
    Console.Error.WriteLine(
        $"There is no benchmark '{unknown}'. Name some of: {string.Join(", ", parts.Select(part => part.Name))}; or peers alone."
    );
    return 2;
}

var figures = new List<Figure>();
foreach (var (name, measure) in parts.Where(part => args.Length == 0 || args.Contains(part.Name)))
{
    Console.WriteLine(name + " ...");
    figures.AddRange(await measure());
}

if (figures.Count > 0)
{
    FigureTable.Print(figures);
}

return 0;
