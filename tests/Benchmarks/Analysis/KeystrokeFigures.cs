using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>
/// What the analyzers cost after one keystroke in a project of 1,000 files that all read through Dapper: the diagnostics of the edited file alone, as an
/// editor asks for them, above those of an analyzer that does nothing with each operation block. Both see each edit, in turns.
/// </summary>
internal static class KeystrokeFigures
{
    private const int Files = 1000;

    private const int Edits = 120;

    private const double TargetMilliseconds = 25;

    public static async Task<IEnumerable<Figure>> MeasureAsync()
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => (MetadataReference)MetadataReference.CreateFromFile(path));
        var trees = Enumerable.Range(0, Files).Select(i => CSharpSyntaxTree.ParseText(Source(i, "0"), path: $"File{i}.cs")).ToArray();
        var compilation = CSharpCompilation.Create("Project", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        ImmutableArray<DiagnosticAnalyzer> empty = [new EmptyOperationBlockAnalyzer()];
        ImmutableArray<DiagnosticAnalyzer> ours =
            [.. typeof(ReadRulesAnalyzer).Assembly.GetTypes().Where(t => !t.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(t)).Select(t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!)];
        var emptyTimes = new List<double>();
        var ourTimes = new List<double>();
        var found = 0;
        for (var edit = 0; edit < Edits; edit++)
        {
            var file = edit * 37 % Files;
            var tree = CSharpSyntaxTree.ParseText(Source(file, $"{edit}"), path: $"File{file}.cs");
            var (bare, _) = await DiagnosticsOf(compilation.ReplaceSyntaxTree(trees[file], tree), tree, empty);
            var (full, count) = await DiagnosticsOf(compilation.ReplaceSyntaxTree(trees[file], tree), tree, ours);
            found += count;

            // The first edits pay for compiling the code itself.
            if (edit >= Edits / 4)
            {
                emptyTimes.Add(bare);
                ourTimes.Add(full);
            }
        }

        // Two of the three services of a file are at fault: were they not found, nothing would have been measured.
        if (found < Edits)
        {
            throw new InvalidOperationException($"{found} findings in {Edits} edits");
        }

        var (emptyHigh, ourHigh) = (Percentile(emptyTimes, 0.95), Percentile(ourTimes, 0.95));
        const string Group = "one keystroke among 1,000 files, file-scope diagnostics, p95";
        return
        [
            new Figure(Group, "empty operation-block analyzer", $"{emptyHigh:F1} ms", "1.00"),
            new Figure(Group, "all MonotonicReads analyzers", $"{ourHigh:F1} ms", $"+{ourHigh - emptyHigh:F1} ms", $"+{TargetMilliseconds} ms", ourHigh - emptyHigh <= TargetMilliseconds),
            new Figure(Group, "medians", $"{Percentile(emptyTimes, 0.5):F1} / {Percentile(ourTimes, 0.5):F1} ms", string.Empty),
        ];
    }

    private static async Task<(double Milliseconds, int Found)> DiagnosticsOf(Compilation compilation, SyntaxTree tree, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var start = Stopwatch.GetTimestamp();
        var running = compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: false, logAnalyzerExecutionTime: false));
        var found = await running.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, CancellationToken.None);
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, found.Length);
    }

    private static double Percentile(List<double> times, double rank) => times.Order().ElementAt((int)(rank * (times.Count - 1)));

    private static string Source(int i, string literal) => $$"""
        using System.Collections.Generic; using System.Data.Common; using System.Linq; using System.Threading.Tasks; using Dapper;
        namespace Project.Part{{i}};
        public record Row(int Id, string Name);
        public interface IOrders{{i}} { Task<Row> GetAsync(int id); Task<IEnumerable<Row>> LinesAsync(int id); Task<int> SaveAsync(Row row); }
        public class Orders{{i}}(DbConnection db) : IOrders{{i}}
        {
            public Task<Row> GetAsync(int id) => db.QuerySingleAsync<Row>("SELECT id, name FROM orders WHERE id = @id AND {{literal}} = {{literal}}", new { id });
            public Task<IEnumerable<Row>> LinesAsync(int id) => db.QueryAsync<Row>("SELECT id, name FROM lines WHERE order_id = @id", new { id });
            public Task<int> SaveAsync(Row row) => db.ExecuteAsync("UPDATE orders SET name = @Name WHERE id = @Id", row);
        }
        public class Pages{{i}}(IOrders{{i}} orders, Project.Part{{(i + 1) % Files}}.IOrders{{(i + 1) % Files}} others)
        {
            public async Task<int> PageAsync(int id) { var order = await orders.GetAsync(id); var lines = await others.LinesAsync(order.Id); return lines.Count() + {{literal}}; }
            public async Task<Row> ChangeAsync(Row row) { await orders.SaveAsync(row); return await others.GetAsync(row.Id); }
            public async Task<Row> OneAsync(int id) => await orders.GetAsync(id + {{literal}});
        }
        """;

    /// <summary>Makes the compiler bind every body and looks at none.</summary>
#pragma warning disable RS1001, RS1036 // It is no analyzer of a package, only the baseline here.
    private sealed class EmptyOperationBlockAnalyzer : DiagnosticAnalyzer
    {
        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
            [new DiagnosticDescriptor("EMPTY1", "empty", "empty", "Benchmark", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

        public override void Initialize(AnalysisContext context)
        {
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.EnableConcurrentExecution();
            context.RegisterOperationBlockAction(static _ => { });
        }
    }
#pragma warning restore RS1001, RS1036
}
