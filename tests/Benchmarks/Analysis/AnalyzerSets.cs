using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>Analyzers that are measured side by side.</summary>
/// <param name="Name">What the table calls them.</param>
/// <param name="Analyzers">The analyzers.</param>
/// <param name="Enabled">Rules that are switched on although they are off by default.</param>
internal sealed record AnalyzerSet(string Name, ImmutableArray<DiagnosticAnalyzer> Analyzers, params string[] Enabled)
{
    public static AnalyzerSet Empty { get; } =
        new("an analyzer that does nothing with each operation block", [new EmptyOperationBlockAnalyzer()]);

    public static AnalyzerSet Ours { get; } = new("all MonotonicReads analyzers", AnalyzersIn(typeof(ReadRulesAnalyzer).Assembly));

    /// <summary>Rules of others that look at the same code: enumerated queries, general advice, calls of Dapper.</summary>
    public static IReadOnlyList<AnalyzerSet> Others { get; } =
    [
        new(
            "CA1851 switched on (NetAnalyzers 8.0.0)",
            [
                .. Load(
                        "microsoft.codeanalysis.netanalyzers/8.0.0/analyzers/dotnet/cs",
                        "Microsoft.CodeAnalysis.CSharp.NetAnalyzers.dll",
                        "Microsoft.CodeAnalysis.NetAnalyzers.dll"
                    )
                    .Where(static a => a.SupportedDiagnostics.Any(static d => d.Id == "CA1851")),
            ],
            "CA1851"
        ),
        new("Meziantou.Analyzer 3.0.321", Load("meziantou.analyzer/3.0.321/analyzers/dotnet/roslyn4.14/cs", "Meziantou.Analyzer.dll")),
        new("analyzers of Dapper.AOT 1.1.0", Load("dapper.aot/1.1.0/analyzers/dotnet", "Dapper.AOT.Analyzers.dll")),
    ];

    private static ImmutableArray<DiagnosticAnalyzer> Load(string folder, params string[] files)
    {
        var root = typeof(AnalyzerSet)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(static m => m.Key == "NuGetPackageRoot")
            .Value!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(root, folder, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        return
        [
            .. files.SelectMany(file =>
                AnalyzersIn(AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(Path.Combine(root, folder, file))))
            ),
        ];
    }

    private static ImmutableArray<DiagnosticAnalyzer> AnalyzersIn(Assembly assembly) =>
        [
            .. assembly
                .GetTypes()
                .Where(static t =>
                    !t.IsAbstract
                    && typeof(DiagnosticAnalyzer).IsAssignableFrom(t)
                    && t.GetCustomAttribute<DiagnosticAnalyzerAttribute>()?.Languages.Contains(LanguageNames.CSharp) == true
                )
                .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t, nonPublic: true)!),
        ];

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
