using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Robustness;

/// <summary>
/// Half-typed code: the project's own sources and those of packages that come as source, with tokens deleted, doubled and swapped, under every analyzer and the
/// generator. Nothing may throw. The seed is fixed; each round breaks every file anew.
/// </summary>
public class CrashFuzzTests
{
    /// <summary>tests/run.sh fuzz asks for more.</summary>
    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("MONOTONIC_READS_FUZZ_ROUNDS") ?? "2",
        System.Globalization.CultureInfo.InvariantCulture
    );

    private const int TokensBroken = 4;

    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
    [
        .. typeof(ReadRulesAnalyzer)
            .Assembly.GetTypes()
            .Where(t => !t.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(t))
            .Select(t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!),
    ];

    [Fact]
    public async Task No_broken_source_makes_an_analyzer_throw()
    {
        var sources = Sources();
        Assert.True(sources.Count > 600, $"{sources.Count} sources");
        var failures = new ConcurrentQueue<string>();
        var trees = 0;
        var findings = 0;
        var wrappers = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // Each file by its own seed, so that a change of one breaks no other differently.
            var broken = sources
                .Select(s =>
                    CSharpSyntaxTree.ParseText(SourceText.From(Break(s.Text, new Random(SeedOf(s.Path) + 20261123 + round))), path: s.Path)
                )
                .ToList();
            trees += broken.Count;
            var compilation = CSharpCompilation.Create(
                "Broken",
                broken,
                Packages.EntityFramework("10.0.15"),
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)
            );
            var options = new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]),
                (exception, analyzer, _) => failures.Enqueue($"{analyzer}: {exception}"),
                concurrentAnalysis: true,
                logAnalyzerExecutionTime: false
            );
            var reported = await compilation.WithAnalyzers(Analyzers, options).GetAnalyzerDiagnosticsAsync();
            findings += reported.Length;
            Assert.True(!reported.Any(d => d.Id == "AD0001") || !failures.IsEmpty);
            var generated = CSharpGeneratorDriver
                .Create(new ConsistentRepositoryGenerator())
                .RunGenerators(compilation)
                .GetRunResult()
                .Results.Single();
            wrappers += generated.Exception is null ? generated.GeneratedSources.Length : 0;
            if (generated.Exception is { } thrown)
            {
                failures.Enqueue($"generator: {thrown}");
            }
        }

        Assert.True(
            failures.IsEmpty,
            $"{failures.Count} failures, the first of each kind:\n"
                + string.Join("\n", failures.DistinctBy(f => string.Concat(f.Split((char)10).Take(3))).Take(5))
        );

        // Were nothing found, nothing would have been looked at.
        Assert.True(trees > 1000 && findings > 100 && wrappers > 100, $"{trees} trees, {findings} findings, {wrappers} wrappers");
    }

    /// <summary>Each source with a Dapper repository at its end, so that every file gives the read rules something to follow.</summary>
    private static List<(string Path, string Text)> Sources([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
        return
        [
            .. new[] { "src", "tests", "samples" }
                .SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
                .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Concat(Packages.Sources("Polyfill", "11.4.5", "contentFiles/cs/net48"))
                .Concat(Packages.Sources("RamlToOpenApiConverter.SourceOnly", "0.50.0", "contentFiles"))
                .Concat(Packages.Sources("PocketLogger", "0.11.0", "contentFiles"))
                .Select((path, i) => (path, File.ReadAllText(path) + Repository(i))),
        ];
    }

    // Of its last two parts, which are the same wherever the repository lies, and in every process.
    private static int SeedOf(string path) =>
        string.Join('/', path.Replace((char)92, '/').Split('/')[^2..]).Aggregate(17, static (seed, c) => unchecked((seed * 31) + c))
        & 0xffffff;

    private static string Repository(int i) =>
        $$"""

            namespace Fuzzed{{i}}
            {
                using System; using System.Collections.Generic; using System.Data.Common; using System.Linq; using System.Threading.Tasks; using Dapper; using Microsoft.EntityFrameworkCore; using MonotonicReads;

                public class Row { public int Id { get; set; } }
                public class Shop : DbContext { public DbSet<Row> Rows { get; set; } }
                public interface IOrders { [Monotonic(Key = "id")] Task<int> GetAsync(int id); IEnumerable<int> All(); }

                [Causal]
                public class Orders(DbConnection db, Shop shop) : IOrders
                {
                    private static readonly string Text = "SELECT a FROM t";
                    private Action kept = () => { };
                    public int this[int i] { get { return db.QueryFirst<int>(Text) + One(); } }
                    public int Both => One() + One();
                    public async Task<int> GetAsync(int id) { using var s = ReadSession.Begin(ReadConsistency.Monotonic); foreach (var n in new[] { 1, 2 }) { try { await db.QueryAsync<int>($"SELECT {n}"); } catch (Exception e) when (e is not null) { goto end; } finally { One(); } } end: return id switch { 1 => One(), > 2 => await Task.FromResult(One()), _ => 0 }; }
                    public IEnumerable<int> All() { foreach (var r in shop.Rows.Where(r => r.Id > 1)) { yield return r.Id; } int Local() => One(); kept = () => { Local(); Local(); }; }
                    [Monotonic] private int One() { var tx = db.BeginTransaction(); db.Execute("UPDATE t SET a = 1", null, tx); tx.Commit(); return db.QueryFirst<int>("SELECT a FROM t"); }
                    [Eventual("")] public async IAsyncEnumerable<int> Stream() { await foreach (var r in shop.Rows.AsAsyncEnumerable()) { yield return r?.Id ?? One(); } }
                }
            }
            """;

    private static string Break(string text, Random random)
    {
        var tokens = CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Where(t => t.Span.Length > 0).ToList();
        var changes = new SortedDictionary<int, TextChange>();
        for (var i = 0; i < TokensBroken; i++)
        {
            var token = tokens[random.Next(tokens.Count)];
            var other = tokens[random.Next(tokens.Count)].Text;
            changes[token.SpanStart] = random.Next(4) switch
            {
                0 => new TextChange(token.Span, string.Empty),
                1 => new TextChange(token.Span, token.Text + " " + token.Text),
                2 => new TextChange(token.Span, other),
                _ => new TextChange(token.Span, token.Text[..random.Next(token.Text.Length)]),
            };
        }

        return SourceText.From(text).WithChanges(changes.Values).ToString();
    }
}
