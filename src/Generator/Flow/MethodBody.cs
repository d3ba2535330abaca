using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// One unit that reports for itself: a member's body, an initialiser, top-level code, or a local function in one of them.
/// </summary>
/// <param name="Symbol">The method, field or property that the unit is.</param>
/// <param name="Graph">Its control flow.</param>
internal readonly record struct MethodBody(ISymbol Symbol, ControlFlowGraph Graph)
{
    /// <summary>The units of one code block: the block itself, then its local functions, nested ones too.</summary>
    public static IEnumerable<MethodBody> In(ISymbol owner, SyntaxNode block, SemanticModel model, CancellationToken cancellation)
    {
        foreach (var (symbol, part) in Parts(owner, block, model, cancellation))
        {
            if (GraphOf(part, model, cancellation) is not { } graph)
            {
                continue;
            }

            yield return new MethodBody(symbol, graph);
            foreach (var local in LocalFunctions(graph, cancellation))
            {
                yield return local;
            }
        }
    }

    /// <summary>One declaration may hold the initialisers of several fields.</summary>
    private static IEnumerable<(ISymbol Symbol, SyntaxNode Part)> Parts(
        ISymbol owner,
        SyntaxNode block,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        if (block is not BaseFieldDeclarationSyntax fields)
        {
            yield return (owner, block);
            yield break;
        }

        foreach (var field in fields.Declaration.Variables)
        {
            if (field.Initializer is { } initializer)
            {
                yield return (model.GetDeclaredSymbol(field, cancellation) ?? owner, initializer);
            }
        }
    }

    private static IEnumerable<MethodBody> LocalFunctions(ControlFlowGraph graph, CancellationToken cancellation)
    {
        foreach (var local in graph.LocalFunctions)
        {
            var inner = graph.GetLocalFunctionControlFlowGraph(local, cancellation);
            yield return new MethodBody(local, inner);
            foreach (var nested in LocalFunctions(inner, cancellation))
            {
                yield return nested;
            }
        }

        // A local function may stand inside a lambda.
        foreach (var block in graph.Blocks)
        {
            foreach (var operation in block.Operations.Append(block.BranchValue))
            {
                foreach (var lambda in operation.DescendantsAndSelf().OfType<IFlowAnonymousFunctionOperation>())
                {
                    foreach (var nested in LocalFunctions(graph.GetAnonymousFunctionControlFlowGraph(lambda, cancellation), cancellation))
                    {
                        yield return nested;
                    }
                }
            }
        }
    }

    public static ControlFlowGraph? GraphOf(SyntaxNode block, SemanticModel model, CancellationToken cancellation) =>
        GraphOf(
            model.GetOperation(block, cancellation)
                ?? (
                    block is PropertyDeclarationSyntax { Initializer: { } initializer }
                        ? model.GetOperation(initializer, cancellation)
                        : null
                ),
            cancellation
        );

    /// <returns>Null where there is none: in broken code the compiler's own builder can fail (an interpolated string handler that cannot be
    /// made).</returns>
    public static ControlFlowGraph? GraphOf(IOperation? body, CancellationToken cancellation)
    {
        try
        {
            return Built(body, cancellation);
        }
        catch (InvalidCastException)
        {
            return null;
        }
    }

    private static ControlFlowGraph? Built(IOperation? body, CancellationToken cancellation)
    {
        switch (body)
        {
            case IMethodBodyOperation method:
                return ControlFlowGraph.Create(method, cancellation);
            case IConstructorBodyOperation constructor:
                return ControlFlowGraph.Create(constructor, cancellation);
            case IBlockOperation { Parent: null } statements:
                return ControlFlowGraph.Create(statements, cancellation);
            case IFieldInitializerOperation field:
                return ControlFlowGraph.Create(field, cancellation);
            case IPropertyInitializerOperation property:
                return ControlFlowGraph.Create(property, cancellation);
            default:
                return null;
        }
    }
}
