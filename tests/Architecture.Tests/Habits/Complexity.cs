using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>
/// McCabe's number is at most <see cref="Most"/> for each method, accessor and local function: one, and one more for each place where
/// the path parts. Lambdas count with the method around them, local functions by themselves.
/// </summary>
internal static class Complexity
{
    public const string Habit = "complexity";

    public const int Most = 15;

    public static IEnumerable<Finding> TooHigh(SourceFile file) =>
        file
            .Root.DescendantNodes()
            .Where(IsBody)
            .Select(b => (Name: NameOf(b), Amount: Of(b)))
            .Where(b => b.Amount > Most)
            .Select(b => new Finding(Habit, $"{file.Path}#{b.Name}", b.Amount, $"complexity {b.Amount}, at most {Most}"));

    public static int Of(SyntaxNode body) => 1 + body.DescendantNodes(n => n == body || n is not LocalFunctionStatementSyntax).Count(Parts);

    private static bool IsBody(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        || (node is ArrowExpressionClauseSyntax && node.Parent is PropertyDeclarationSyntax or IndexerDeclarationSyntax);

    private static bool Parts(SyntaxNode node) =>
        node switch
        {
            IfStatementSyntax or ConditionalExpressionSyntax or CatchClauseSyntax => true,
            WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax => true,
            CaseSwitchLabelSyntax or CasePatternSwitchLabelSyntax => true,
            SwitchExpressionArmSyntax arm => arm.Pattern is not DiscardPatternSyntax,
            BinaryExpressionSyntax => node.Kind()
                is SyntaxKind.LogicalAndExpression
                    or SyntaxKind.LogicalOrExpression
                    or SyntaxKind.CoalesceExpression,
            _ => false,
        };

    private static string NameOf(SyntaxNode body) =>
        body switch
        {
            MethodDeclarationSyntax method => method.Identifier.Text,
            LocalFunctionStatementSyntax local => local.Identifier.Text,
            ConstructorDeclarationSyntax constructor => "new " + constructor.Identifier.Text,
            AccessorDeclarationSyntax accessor => NameOf(accessor.Parent!.Parent!) + "." + accessor.Keyword.Text,
            ArrowExpressionClauseSyntax arrow => NameOf(arrow.Parent!),
            PropertyDeclarationSyntax property => property.Identifier.Text,
            IndexerDeclarationSyntax => "this[]",
            EventDeclarationSyntax @event => @event.Identifier.Text,
            OperatorDeclarationSyntax @operator => "operator " + @operator.OperatorToken.Text,
            _ => body.Kind().ToString(),
        };
}
