using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>Whether a body that does not end before it comes to a place for certain.</summary>
internal static class Certainty
{
    /// <summary>
    /// True where no branch, loop, handler or lambda stands around the place. What the body checks first, and leaves by a return or throw
    /// where that fails, does not matter: whoever calls it means that it goes on. Of a property, an object that is made and a virtual
    /// method nobody says as much.
    /// </summary>
    public static bool IsCertain(IOperation place, IOperation body) =>
        body.Syntax is MethodDeclarationSyntax or LocalFunctionStatementSyntax
        && place is IInvocationOperation { TargetMethod: { } called }
        && !IsChosen(called)
        && IsOnEveryPath(place.Syntax);

    /// <summary>A member of a class hierarchy: which body runs depends on the object.</summary>
    private static bool IsChosen(IMethodSymbol called) =>
        called.ContainingType.TypeKind == TypeKind.Class && (called.IsVirtual || called.IsAbstract || called.IsOverride);

    private static bool IsOnEveryPath(SyntaxNode place)
    {
        for (var node = place; node.Parent is { } parent; node = parent)
        {
            switch (parent)
            {
                case MemberDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax:
                    return true;
                case IfStatementSyntax choice when node != choice.Condition:
                case ConditionalExpressionSyntax either when node != either.Condition:
                case ForEachStatementSyntax each when node != each.Expression:
                case WhileStatementSyntax or ForStatementSyntax:
                case SwitchSectionSyntax or SwitchExpressionArmSyntax or CatchClauseSyntax or AnonymousFunctionExpressionSyntax:
                    return false;
                case BinaryExpressionSyntax binary when node == binary.Right && IsShortCircuit(binary):
                    return false;
            }
        }

        return true;
    }

    private static bool IsShortCircuit(BinaryExpressionSyntax binary) => binary.OperatorToken.ValueText is "&&" or "||" or "??";
}
