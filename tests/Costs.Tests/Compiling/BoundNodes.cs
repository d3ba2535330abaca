using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Costs.Tests.Compiling;

/// <summary>
/// What the compiler has bound when analyzers have run: it keeps that in fields of its semantic models, which nothing but reflection reaches.
/// </summary>
/// <param name="Bodies">Bodies of which operations were asked for.</param>
/// <param name="Operations">Syntax nodes of which an operation was made.</param>
/// <param name="Nodes">Syntax nodes that were bound.</param>
internal sealed record BoundNodes(int Bodies, int Operations, int Nodes)
{
    /// <summary>Runs analyzers on a compilation of its own.</summary>
    /// <param name="compilation">The compilation; nobody has asked it for a model before.</param>
    /// <param name="analyzers">The analyzers.</param>
    /// <returns>What was bound, and what they found.</returns>
    public static async Task<(BoundNodes Bound, ImmutableArray<Diagnostic> Found)> ByAsync(
        CSharpCompilation compilation,
        params DiagnosticAnalyzer[] analyzers
    )
    {
        var keeper = new ModelKeeper();
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]),
            static (exception, _, _) => throw exception,
            concurrentAnalysis: false,
            logAnalyzerExecutionTime: false
        );
        var found = await compilation.WithAnalyzers([keeper, .. analyzers], options).GetAnalyzerDiagnosticsAsync(CancellationToken.None);
        Assert.Equal(compilation.SyntaxTrees.Length, keeper.Models.Select(static model => model.SyntaxTree).Distinct().Count());
        var bodies = keeper.Models.SelectMany(static model => ((IDictionary)Field(model, "_memberModels")).Values.Cast<object>()).ToList();
        var operations = bodies.ConvertAll(static body => ((ICollection)Field(body, "_guardedIOperationNodeMap")).Count);
        return (
            new BoundNodes(
                operations.Count(static count => count > 0),
                operations.Sum(),
                bodies.Sum(static body => ((ICollection)Field(body, "_guardedBoundNodeMap")).Count)
            ),
            found
        );
    }

    private static object Field(object model, string name)
    {
        for (var type = model.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } field)
            {
                return field.GetValue(model)!;
            }
        }

        throw new InvalidOperationException($"{model.GetType()} has no field {name}: this compiler keeps what it has bound elsewhere.");
    }

    /// <summary>Sees all models that analyzers get, and keeps them from being let go of.</summary>
#pragma warning disable RS1001, RS1008, RS1026, RS1030, RS1036 // It is no analyzer of a package.
    private sealed class ModelKeeper : DiagnosticAnalyzer
    {
        private readonly HashSet<SemanticModel> _models = new(ReferenceEqualityComparer.Instance);

        public IReadOnlyCollection<SemanticModel> Models => _models;

        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [new DiagnosticDescriptor("KEEP1", "keeps", "keeps", "Costs", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

        public override void Initialize(AnalysisContext context)
        {
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.RegisterSemanticModelAction(file => _models.Add(file.SemanticModel));
            context.RegisterCompilationAction(all =>
                _models.UnionWith(all.Compilation.SyntaxTrees.Select(tree => all.Compilation.GetSemanticModel(tree)))
            );
        }
    }
#pragma warning restore RS1001, RS1008, RS1026, RS1030, RS1036
}
