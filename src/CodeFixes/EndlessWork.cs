using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Loops that last as long as the program, or whose iterations are separate pieces of work: a session around one would never end, so it
/// begins inside the iteration.
/// </summary>
internal sealed class EndlessWork
{
    /// <summary>So many calls down a loop is looked for.</summary>
    private const int Depth = 3;

    private EndlessWork(BlockSyntax? iteration) => Iteration = iteration;

    /// <summary>The body of the innermost such loop that holds all reads; null where there is none in which a session can begin.</summary>
    public BlockSyntax? Iteration { get; }

    /// <summary>Whether the iteration runs where its declaration does, or in an asynchronous lambda.</summary>
    public bool IsDirectlyIn(SyntaxNode declaration) =>
        Iteration!
            .Ancestors()
            .TakeWhile(n => n != declaration)
            .FirstOrDefault(static n => n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)
            is null
                or AnonymousFunctionExpressionSyntax { AsyncKeyword.RawKind: (int)SyntaxKind.AsyncKeyword };

    /// <summary>Null where the body ends by itself.</summary>
    /// <param name="body">Where a session is to begin.</param>
    /// <param name="reads">What has to come in it.</param>
    /// <param name="model">A model of the file.</param>
    /// <param name="cancellation">Ends it.</param>
    public static EndlessWork? In(SyntaxNode body, IReadOnlyList<Location> reads, SemanticModel model, CancellationToken cancellation)
    {
        var loops = RootsOf(body).SelectMany(LoopsIn).ToList();
        var iteration = loops
            .Where(loop => IsEndless(loop, model, cancellation) || IsInPieces(loop, model, cancellation))
            .Select(BodyOf)
            .LastOrDefault(inner => reads.All(r => r.SourceTree == body.SyntaxTree && inner.Span.Contains(r.SourceSpan)));
        if (iteration is not null)
        {
            return new EndlessWork(iteration is BlockSyntax block && !CallsEndless(block, model, Depth, [], cancellation) ? block : null);
        }

        return
            loops.Exists(loop => IsEndless(loop, model, cancellation))
            || RootsOf(body).Any(root => CallsEndless(root, model, Depth, [], cancellation))
            ? new EndlessWork(null)
            : null;
    }

    /// <summary>Of a file its top-level code.</summary>
    private static IEnumerable<SyntaxNode> RootsOf(SyntaxNode body) =>
        body is CompilationUnitSyntax unit ? unit.Members.OfType<GlobalStatementSyntax>() : [body];

    private static IEnumerable<StatementSyntax> LoopsIn(SyntaxNode body) =>
        body.DescendantNodesAndSelf().OfType<StatementSyntax>().Where(EndlessLoop.IsLoop);

    private static StatementSyntax BodyOf(StatementSyntax loop) =>
        loop switch
        {
            WhileStatementSyntax { Statement: var body } => body,
            DoStatementSyntax { Statement: var body } => body,
            ForStatementSyntax { Statement: var body } => body,
            _ => ((CommonForEachStatementSyntax)loop).Statement,
        };

    /// <summary>Whether it goes on as long as there may be work.</summary>
    private static bool IsEndless(StatementSyntax loop, SemanticModel model, CancellationToken cancellation)
    {
        if (loop is CommonForEachStatementSyntax each)
        {
            return Calls(each.Expression).Any(call => MethodOf(call, model, cancellation) is { } m && WorkBoundaries.IsStream(m));
        }

        return EndlessLoop.Is(loop)
            || (
                EndlessLoop.ConditionOf(loop) is { } condition
                && Calls(condition).Any(call => Separates(call, model, cancellation) is { } wait && !IsTry(wait))
            );
    }

    /// <summary>
    /// Whether an iteration waits for the next. What counts its iterations is one piece of work, and what waits in a catch clause tries
    /// again.
    /// </summary>
    private static bool IsInPieces(StatementSyntax loop, SemanticModel model, CancellationToken cancellation) =>
        loop is WhileStatementSyntax or DoStatementSyntax
        && Calls(loop)
            .Any(call =>
                Separates(call, model, cancellation) is not null
                && call.FirstAncestorOrSelf<CatchClauseSyntax>(c => loop.Span.Contains(c.Span)) is null
            );

    private static IMethodSymbol? Separates(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        MethodOf(call, model, cancellation) is { } method && WorkBoundaries.Separates(method) ? method : null;

    /// <summary>It ends when there is nothing more at the time.</summary>
    private static bool IsTry(IMethodSymbol method) => method.Name.StartsWith("Try", StringComparison.Ordinal);

    /// <summary>Whether a method that is called, a few calls down, never comes back by itself.</summary>
    private static bool CallsEndless(
        SyntaxNode body,
        SemanticModel model,
        int depth,
        HashSet<SyntaxNode> seen,
        CancellationToken cancellation
    )
    {
        foreach (var call in Calls(body))
        {
            if (depth == 0 || MethodOf(call, model, cancellation) is not { } method)
            {
                continue;
            }

            foreach (var reference in method.OriginalDefinition.DeclaringSyntaxReferences)
            {
                var called = reference.GetSyntax(cancellation);
                if (!model.Compilation.ContainsSyntaxTree(called.SyntaxTree) || called.Contains(body) || !seen.Add(called))
                {
                    continue;
                }

#pragma warning disable RS1030 // The callee's file has no model here.
                var there = called.SyntaxTree == model.SyntaxTree ? model : model.Compilation.GetSemanticModel(called.SyntaxTree);
#pragma warning restore RS1030
                if (
                    LoopsIn(called).Where(l => Inside(called).Contains(l)).Any(loop => IsEndless(loop, there, cancellation))
                    || CallsEndless(called, there, depth - 1, seen, cancellation)
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IMethodSymbol? MethodOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol method ? method.ReducedFrom ?? method : null;

    private static IEnumerable<InvocationExpressionSyntax> Calls(SyntaxNode node) => Inside(node).OfType<InvocationExpressionSyntax>();

    /// <summary>What runs where the node does, functions within it apart.</summary>
    private static IEnumerable<SyntaxNode> Inside(SyntaxNode node) =>
        node.DescendantNodesAndSelf(n => n == node || n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax));
}
