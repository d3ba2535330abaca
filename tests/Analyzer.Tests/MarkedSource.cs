using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Analyzer.Tests.Inventory;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests;

/// <summary>
/// One source text whose markup says what is reported where. It says no more than the test library's own verifier does, but all texts share what their
/// references declare, which makes a test many times as fast: mutation testing runs each of them thousands of times.
/// </summary>
internal sealed class MarkedSource(string marked, ImmutableArray<MetadataReference> references)
{
    private static readonly ConcurrentDictionary<string, CSharpCompilation> Empty = new(StringComparer.Ordinal);

    public OutputKind Kind { get; init; } = OutputKind.DynamicallyLinkedLibrary;

    /// <summary>Lines of <c>.editorconfig</c>; null for none.</summary>
    public string? Options { get; init; }

    public IReadOnlyList<(string Name, string Content)> Files { get; init; } = [];

    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>What a report's message must contain, for reports that are told apart by it; null for anything.</summary>
    public string? Said { get; init; }

    /// <summary>Fails where a rule or the compiler reports what is not marked, or does not report what is.</summary>
    public async Task VerifyAsync(DiagnosticAnalyzer analyzer)
    {
        TestFileMarkupParser.GetPositionsAndSpans(marked, out var source, out _, out var spans);
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(source, System.Text.Encoding.UTF8), path: "/0/Test0.cs");
        var compilation = Base()
            .AddSyntaxTrees(tree)
            .WithOptions(
                new CSharpCompilationOptions(Kind, allowUnsafe: true).WithSpecificDiagnosticOptions(
                    Disabled.Select(id => KeyValuePair.Create(id, ReportDiagnostic.Suppress))
                )
            );
        var options = new AnalyzerOptions([.. Files.Select(f => new TextInMemory(f.Name, f.Content))], new ConfiguredOptions(Options));
        var all = await compilation.WithAnalyzers([analyzer, new BaselineSuppressor()], options).GetAllDiagnosticsAsync();
        var reported = all.Where(d =>
                d.Severity == DiagnosticSeverity.Error || !d.Descriptor.CustomTags.Contains(WellKnownDiagnosticTags.Compiler)
            )
            .ToList();

        var expected = spans.SelectMany(pair => pair.Value.Select(span => new Mark(pair.Key, span))).ToList();
        var isOutside = reported.ToLookup(d => d.Location.SourceTree != tree);
        var found = isOutside[false].Select(d => new Mark(d.Id, d.Location.SourceSpan)).ToList();
        if (!Same(expected, found) || isOutside[true].Any())
        {
            Assert.Fail(Difference(source, expected, found, reported));
        }

        if (analyzer is ReadRulesAnalyzer)
        {
            SurveyAgreement.Verify(compilation, options, all);
        }

        if (Said is not null)
        {
            Assert.Contains(
                Said,
                Assert.Single(reported).GetMessage(System.Globalization.CultureInfo.InvariantCulture),
                StringComparison.Ordinal
            );
        }
    }

    /// <summary>The messages of what is reported in a program.</summary>
    public static async Task<IReadOnlyList<string>> MessagesAsync(
        string program,
        ImmutableArray<MetadataReference> references,
        DiagnosticAnalyzer analyzer
    )
    {
        var compilation = new MarkedSource(program, references)
            .Base()
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(program, path: "/0/Test0.cs"))
            .WithOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        Assert.DoesNotContain(compilation.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);
        var reported = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync();
        return [.. reported.Select(static d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static bool Same(IEnumerable<Mark> expected, IEnumerable<Mark> found) => Sorted(expected).SequenceEqual(Sorted(found));

    private static IEnumerable<Mark> Sorted(IEnumerable<Mark> marks) =>
        marks.OrderBy(m => m.Span).ThenBy(m => m.Id, StringComparer.Ordinal);

    private static string Difference(string source, List<Mark> expected, List<Mark> found, List<Diagnostic> reported)
    {
        var missing = expected.ToList();
        var surprises = reported.Where(d => !d.Location.IsInSource || !missing.Remove(new Mark(d.Id, d.Location.SourceSpan))).ToList();
        return "The marks differ (- expected, + found):\n\n"
            + MarkDifference.Of(source, expected, found)
            + string.Concat(missing.Select(m => $"\nnot found: {m.Id} on '{source.AsSpan(m.Span.Start, m.Span.Length)}'"))
            + string.Concat(surprises.Select(d => $"\nnot expected: {d}"));
    }

    /// <summary>A compilation without source whose references are bound; whatever is added to it shares their symbols.</summary>
    private CSharpCompilation Base() =>
        Empty.GetOrAdd(
            string.Join('|', references.Select(r => r.Display)),
            _ =>
            {
                var compilation = CSharpCompilation.Create(
                    "TestProject",
                    references: references,
                    options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
                );
                compilation.GetSpecialType(SpecialType.System_Object);
                return compilation;
            }
        );

    private sealed class TextInMemory(string name, string content) : AdditionalText
    {
        public override string Path => name;

        public override SourceText GetText(CancellationToken cancellationToken = default) =>
            SourceText.From(content, System.Text.Encoding.UTF8);
    }

    /// <summary>The same options for every file.</summary>
    private sealed class ConfiguredOptions : AnalyzerConfigOptionsProvider
    {
        private readonly AnalyzerConfigOptions options;

        public ConfiguredOptions(string? lines)
        {
            var set = AnalyzerConfigSet.Create(new[] { AnalyzerConfig.Parse($"root = true\n[*.cs]\n{lines}\n", "/.editorconfig") });
            options = new Values(set.GetOptionsForSourcePath("/0/Test0.cs").AnalyzerOptions);
        }

        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(ImmutableDictionary<string, string>.Empty);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => options;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override IEnumerable<string> Keys => values.Keys;

            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
                values.TryGetValue(key, out value);
        }
    }
}
