using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Costs.Tests.Ledger;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Costs.Tests.Compiling;

/// <summary>What all analyzers together have the compiler bind, beyond what it binds by itself.</summary>
public sealed class BindingTests
{
    [Fact]
    public async Task The_analyzers_bind_what_costs_txt_says()
    {
        var costs = new List<Cost>();
        await AddAsync("no data library", FixedSources.WithoutReads, withLibraries: false, findings: 0);
        await AddAsync("Dapper, nothing reads", FixedSources.WithoutReads, withLibraries: true, findings: 0);
        await AddAsync("Dapper, all files read", FixedSources.WithReads, withLibraries: true, findings: 2 * FixedSources.Files);
        CostFile.Check(CostFile.Binding, costs);

        async Task AddAsync(string what, Func<int, string> file, bool withLibraries, int findings)
        {
            var (alone, _) = await BoundNodes.ByAsync(FixedSources.Compilation(file, withLibraries));
            var (bound, found) = await BoundNodes.ByAsync(FixedSources.Compilation(file, withLibraries), All());

            // Were nothing found, nothing would have been measured.
            Assert.Equal(findings, found.Count(static finding => finding.Severity == DiagnosticSeverity.Warning));
            costs.Add(new Cost($"{what}: bodies whose operations are asked for", bound.Bodies - alone.Bodies));
            costs.Add(new Cost($"{what}: operations made", bound.Operations - alone.Operations));
            costs.Add(new Cost($"{what}: nodes bound", bound.Nodes - alone.Nodes));
        }
    }

    private static DiagnosticAnalyzer[] All() =>
        [
            .. typeof(ReadRulesAnalyzer)
                .Assembly.GetTypes()
                .Where(static type =>
                    !type.IsAbstract
                    && typeof(DiagnosticAnalyzer).IsAssignableFrom(type)
                    && type.GetCustomAttribute<DiagnosticAnalyzerAttribute>() is not null
                )
                .OrderBy(static type => type.FullName, StringComparer.Ordinal)
                .Select(static type => (DiagnosticAnalyzer)Activator.CreateInstance(type, nonPublic: true)!),
        ];
}
