using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Flow;

/// <summary>Loops that end with the program, or when they are cancelled, judged by how they are written.</summary>
internal static class EndlessLoop
{
    /// <summary>Whether nothing but an exception or a cancellation ends it.</summary>
    public static bool Is(StatementSyntax loop) =>
        ConditionOf(loop) is var condition
        && IsConditional(loop)
        && (condition is null || condition.IsKind(SyntaxKind.TrueLiteralExpression) || AsksForCancellation(condition))
        && !loop.DescendantNodes(static n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(n => IsWayOut(n, loop));

    /// <summary>Whether the node stands in the body of one, in no loop and no function within.</summary>
    public static bool IsIteratedBy(SyntaxNode node) =>
        node.Ancestors()
            .FirstOrDefault(static n =>
                n
                    is AnonymousFunctionExpressionSyntax
                        or LocalFunctionStatementSyntax
                        or MemberDeclarationSyntax
                        and not GlobalStatementSyntax
                || (n is StatementSyntax statement && IsLoop(statement))
            )
            is StatementSyntax loop
        && IsLoop(loop)
        && Is(loop);

    public static bool IsLoop(StatementSyntax statement) => IsConditional(statement) || statement is CommonForEachStatementSyntax;

    /// <summary>What a loop asks before it goes on; null where it asks nothing.</summary>
    public static ExpressionSyntax? ConditionOf(StatementSyntax loop) =>
        loop switch
        {
            WhileStatementSyntax { Condition: var said } => said,
            DoStatementSyntax { Condition: var said } => said,
            ForStatementSyntax { Condition: var said } => said,
            _ => null,
        };

    private static bool IsConditional(StatementSyntax loop) => loop is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax;

    private static bool AsksForCancellation(SyntaxNode node) =>
        node.DescendantNodesAndSelf().Any(static n => n is SimpleNameSyntax { Identifier.ValueText: "IsCancellationRequested" });

    /// <summary>A break or return of the loop's own, unless it answers a cancellation.</summary>
    private static bool IsWayOut(SyntaxNode node, StatementSyntax loop)
    {
        var leaves = node switch
        {
            BreakStatementSyntax => node.Ancestors().First(static n => n is SwitchStatementSyntax || (n is StatementSyntax s && IsLoop(s)))
                == loop,
            ReturnStatementSyntax or GotoStatementSyntax { CaseOrDefaultKeyword.RawKind: 0 } => true,
            _ => false,
        };
        return leaves && !node.Ancestors().TakeWhile(n => n != loop).Any(AnswersCancellation);
    }

    private static bool AnswersCancellation(SyntaxNode around) =>
        (around is IfStatementSyntax { Condition: var asked } && AsksForCancellation(asked))
        || (
            around is CatchClauseSyntax { Declaration.Type: var caught }
            && ((caught as QualifiedNameSyntax)?.Right ?? caught as SimpleNameSyntax)?.Identifier.ValueText
                is "OperationCanceledException"
                    or "TaskCanceledException"
        );
}
