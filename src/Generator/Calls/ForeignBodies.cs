using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Calls;

/// <summary>The bodies of methods that a body under analysis calls; the one place that makes semantic models, each once per compilation.</summary>
internal sealed class ForeignBodies(Compilation compilation)
{
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> models = new();

    /// <summary>The parts of a method's body; empty where it has none in this compilation.</summary>
    public static IEnumerable<SyntaxNode> SyntaxOf(IMethodSymbol method, CancellationToken cancellation)
    {
        foreach (var reference in (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences)
        {
            switch (reference.GetSyntax(cancellation))
            {
                case BaseMethodDeclarationSyntax declaration when ((SyntaxNode?)declaration.Body ?? declaration.ExpressionBody) is not null:
                    yield return declaration;
                    break;
                case AccessorDeclarationSyntax accessor when ((SyntaxNode?)accessor.Body ?? accessor.ExpressionBody) is not null:
                    yield return accessor;
                    break;
                case ArrowExpressionClauseSyntax arrow:
                    yield return arrow;
                    break;
            }
        }
    }

    public (ControlFlowGraph Graph, SemanticModel Model)? GraphOf(SyntaxNode body, CancellationToken cancellation)
    {
        if (!compilation.ContainsSyntaxTree(body.SyntaxTree))
        {
            return null;
        }

#pragma warning disable RS1030 // A callee in another file has no model here; one is made per file and kept for the compilation.
        var model = models.GetOrAdd(body.SyntaxTree, tree => compilation.GetSemanticModel(tree));
#pragma warning restore RS1030
        return MethodBody.GraphOf(body, model, cancellation) is { } graph ? (graph, model) : null;
    }
}
