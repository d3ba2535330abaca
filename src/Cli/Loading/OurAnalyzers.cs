using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Loading;

/// <summary>
/// The analyzers that the tool brings. They run on every project, whether it references the package or not, and the package's own copies do
/// not run: nothing is found twice.
/// </summary>
internal static class OurAnalyzers
{
    /// <summary>MR1001 to MR1004, MR1006 and on: what reads and writes do.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> OfReads => [new ReadRulesAnalyzer()];

    /// <summary>All rules.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> All =>
        [
            .. typeof(ReadRulesAnalyzer)
                .Assembly.GetTypes()
                .Where(static t => !t.IsAbstract && t.IsSubclassOf(typeof(DiagnosticAnalyzer)))
                .OrderBy(static t => t.Name, StringComparer.Ordinal)
                .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!),
        ];
}
