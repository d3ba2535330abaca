using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Generator;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>
/// What the generator costs in a project of 1,000 annotated repositories: the first run, and the run after an edit that has
/// nothing to do with any of them, beside a generator that asks for the same attribute and does nothing with what it finds. Both
/// see each edit in a compilation of their own, in turns, so that neither finds what the other has bound. Counted is processor
/// time, of which a shared machine's neighbours take nothing; alone on a machine it is at least what the clock says.
/// </summary>
internal static class GeneratorFigures
{
    private const int Repositories = 1000;

    private const int ColdRounds = 5;

    private const int Edits = 40;

    private const double MostMillisecondsCold = 1000;

    private const double MostTimesEmpty = 3;

    private const double MostMillisecondsUnused = 1;

    public static IEnumerable<Figure> Measure()
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))
            .ToArray();
        var annotated = Project(references, "[Monotonic]");
        var plain = Project(references, "");

        const string Cold = "generator, 1,000 annotated repositories, from cold";
        var first = Milliseconds(new ConsistentRepositoryGenerator(), Fresh(annotated), out var driver);
        if (driver.GetRunResult().GeneratedTrees.Length != Repositories)
        {
            throw new InvalidOperationException($"{driver.GetRunResult().GeneratedTrees.Length} wrappers were written.");
        }

        var (emptyCold, ourCold) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < ColdRounds; round++)
        {
            emptyCold = Math.Min(emptyCold, Milliseconds(new EmptyTransformGenerator(), Fresh(annotated), out _));
            ourCold = Math.Min(ourCold, Milliseconds(new ConsistentRepositoryGenerator(), Fresh(annotated), out _));
        }

        yield return new Figure(Cold, "empty transform", $"{emptyCold:F0} ms", "1.00");
        yield return new Figure(
            Cold,
            "MonotonicReads",
            $"{ourCold:F0} ms",
            $"{ourCold / emptyCold:F2}",
            $"{MostMillisecondsCold} ms",
            ourCold <= MostMillisecondsCold
        );
        yield return new Figure(Cold, "MonotonicReads, the very first run of the process", $"{first:F0} ms", $"{first / emptyCold:F2}");

        const string Unrelated = "generator, an unrelated edit, median";
        foreach (
            var (what, edit) in new[]
            {
                ("in a body", (Func<int, string>)EditedProject.Body),
                ("of a declaration", EditedProject.Declaration),
            }
        )
        {
            var (empty, ours) = AfterEdits(annotated, edit);
            yield return new Figure(Unrelated, $"1,000 annotated, {what}, empty transform", $"{empty:F1} ms", "1.00");
            yield return new Figure(
                Unrelated,
                $"1,000 annotated, {what}, MonotonicReads",
                $"{ours:F1} ms",
                $"{ours / empty:F2}",
                $"at most {MostTimesEmpty}",
                ours <= MostTimesEmpty * empty
            );
        }

        var (emptyUnused, oursUnused) = AfterEdits(plain, EditedProject.Declaration);
        yield return new Figure(Unrelated, "1,000 files without annotation, empty transform", $"{emptyUnused:F2} ms", "1.00");
        yield return new Figure(
            Unrelated,
            "1,000 files without annotation, MonotonicReads",
            $"{oursUnused:F2} ms",
            $"{oursUnused / emptyUnused:F2}",
            $"{MostMillisecondsUnused} ms",
            oursUnused <= MostMillisecondsUnused
        );
    }

    private static (double Empty, double Ours) AfterEdits(CSharpCompilation project, Func<int, string> text)
    {
        var empty = new EditedProject(new EmptyTransformGenerator(), Fresh(project));
        var ours = new EditedProject(new ConsistentRepositoryGenerator(), Fresh(project));
        var emptyTimes = new List<double>();
        var ourTimes = new List<double>();
        for (var edit = 0; edit < Edits; edit++)
        {
            var (first, second) = (edit % 2 == 0 ? empty : ours, edit % 2 == 0 ? ours : empty);
            var (firstTime, secondTime) = (first.Edit(text(edit)), second.Edit(text(edit)));

            // The first edits pay for compiling the code itself.
            if (edit >= Edits / 4)
            {
                emptyTimes.Add(edit % 2 == 0 ? firstTime : secondTime);
                ourTimes.Add(edit % 2 == 0 ? secondTime : firstTime);
            }
        }

        return (Median(emptyTimes), Median(ourTimes));
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static double Milliseconds(IIncrementalGenerator generator, CSharpCompilation compilation, out GeneratorDriver driver)
    {
        driver = CSharpGeneratorDriver.Create(generator);
        var made = driver;
        var time = ProcessorMilliseconds(() => made = made.RunGenerators(compilation));
        driver = made;
        return time;
    }

    private static double ProcessorMilliseconds(Action run)
    {
        var before = Environment.CpuUsage.TotalTime;
        run();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    /// <summary>The same files, with nothing bound.</summary>
    private static CSharpCompilation Fresh(CSharpCompilation compilation) =>
        CSharpCompilation.Create(compilation.AssemblyName, compilation.SyntaxTrees, compilation.References, compilation.Options);

    private static CSharpCompilation Project(MetadataReference[] references, string annotation) =>
        CSharpCompilation.Create(
            "Project",
            Enumerable
                .Range(0, Repositories)
                .Select(i => CSharpSyntaxTree.ParseText(Source(i, annotation), path: $"File{i}.cs"))
                .Append(CSharpSyntaxTree.ParseText(EditedProject.Body(-1), path: EditedProject.File)),
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)
        );

    private static string Source(int i, string annotation) =>
        $$"""
            using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using MonotonicReads;
            namespace Project.Part{{i}};
            public record Order(int Id, string Name);
            public interface IOrders{{i}} { Task<Order?> GetAsync(int id, CancellationToken token = default); Task<IReadOnlyList<Order>> ListAsync(int customer, string? status = "open"); IAsyncEnumerable<Order> StreamAsync(int customer); Task SaveAsync(Order order); int Count { get; } }
            public sealed class Orders{{i}} : IOrders{{i}}
            {
                {{annotation}} public Task<Order?> GetAsync(int id, CancellationToken token = default) => Task.FromResult<Order?>(null);
                {{annotation}} public Task<IReadOnlyList<Order>> ListAsync(int customer, string? status = "open") => Task.FromResult<IReadOnlyList<Order>>([]);
                {{annotation}} public async IAsyncEnumerable<Order> StreamAsync(int customer) { await Task.Yield(); yield break; }
                public Task SaveAsync(Order order) => Task.CompletedTask;
                public int Count => 1;
            }
            """;

    /// <summary>A driver and a compilation that an editor's keystrokes in one file change again and again.</summary>
    private sealed class EditedProject
    {
        public const string File = "Unrelated.cs";

        private CSharpCompilation _compilation;
        private GeneratorDriver _driver;

        public EditedProject(IIncrementalGenerator generator, CSharpCompilation compilation)
        {
            _compilation = compilation;
            _driver = CSharpGeneratorDriver.Create(generator).RunGenerators(compilation);
        }

        public static string Body(int edit) =>
            $"namespace Project; internal static class Unrelated {{ public static int Answer => {edit}; }}";

        public static string Declaration(int edit) =>
            $"namespace Project; internal static class Unrelated {{ public static int Answer{edit} => 1; }}";

        public double Edit(string text)
        {
            var tree = _compilation.SyntaxTrees.First(t => t.FilePath == File);
            _compilation = _compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(text, path: File));
            return ProcessorMilliseconds(() => _driver = _driver.RunGenerators(_compilation));
        }
    }

#pragma warning disable RS1036, RS1041, RS1042 // It is no generator of a package, only the baseline here.
    private sealed class EmptyTransformGenerator : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context) =>
            context.RegisterSourceOutput(
                context.SyntaxProvider.ForAttributeWithMetadataName(
                    "MonotonicReads.MonotonicAttribute",
                    static (_, _) => true,
                    static (_, _) => 0
                ),
                static (_, _) => { }
            );
    }
#pragma warning restore RS1036, RS1041, RS1042
}
