using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The bodies of methods that a body under analysis calls; the one place that makes semantic models, each once per compilation.
/// </summary>
internal sealed class ForeignBodies(Compilation compilation)
{
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();

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

    /// <summary>
    /// A part of a body as it is bound: by <paramref name="near"/>, where that is of the same file. Null where it is none of this
    /// compilation's.
    /// </summary>
    public IOperation? OperationOf(SyntaxNode body, SemanticModel? near, CancellationToken cancellation) =>
        (near?.SyntaxTree == body.SyntaxTree ? near : ModelOf(body.SyntaxTree))?.GetOperation(body, cancellation);

    /// <summary>The model of a file; null where it is none of this compilation's.</summary>
#pragma warning disable RS1030 // A callee in another file has no model here; one is made per file and kept for the compilation.
    public SemanticModel? ModelOf(SyntaxTree tree) =>
        compilation.ContainsSyntaxTree(tree) ? _models.GetOrAdd(tree, t => compilation.GetSemanticModel(t)) : null;
#pragma warning restore RS1030
}
