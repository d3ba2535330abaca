using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Rules;

/// <summary>The test on syntax that spares the binding of bodies in which no two reads can meet.</summary>
internal static class ReadCandidates
{
    public static bool MayReadTwice(SyntaxNode block)
    {
        var found = 0;
        foreach (var node in block.DescendantNodes())
        {
            if (node is not InvocationExpressionSyntax invocation || NameOf(invocation.Expression) is not { } name || !DataLibraries.MayRead(name))
            {
                continue;
            }

            if (++found > 1 || MayRepeat(invocation, block))
            {
                return true;
            }
        }

        return false;
    }

    private static string? NameOf(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };

    private static bool MayRepeat(SyntaxNode node, SyntaxNode block)
    {
        for (var parent = node.Parent; parent is not null && parent != block; parent = parent.Parent)
        {
            if (parent is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax or LabeledStatementSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)
            {
                return true;
            }
        }

        return false;
    }
}
