using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Deferral;

/// <summary>What a piece of syntax is a part of.</summary>
internal static class Parts
{
    // ExpressionElement, which the oldest host's syntax has since C# 12.
    public const int CollectionElement = (int)SyntaxKind.ExpressionElement;

    /// <summary>The call of a name, or the name with what stands before its dot.</summary>
    public static SyntaxNode Whole(SyntaxNode read)
    {
        var node = read;
        if (node.Parent is MemberAccessExpressionSyntax access && access.Name == node)
        {
            node = access;
        }
        else if (node.Parent is MemberBindingExpressionSyntax binding)
        {
            node = binding;
        }

        return node.Parent is InvocationExpressionSyntax call && call.Expression == node ? call : node;
    }

    /// <summary>The query that makes the expression part of what runs for each element; null for what it begins with.</summary>
    public static QueryExpressionSyntax? QueryAround(SyntaxNode part)
    {
        var query = part.FirstAncestorOrSelf<QueryExpressionSyntax>();
        return
            (part.Parent is FromClauseSyntax from && query?.FromClause == from)
            || part.Parent is JoinClauseSyntax { InExpression: var inner } && inner == part
            ? null
            : query;
    }

    /// <summary>What returns a value: a lambda or local function around it, or the body, which may be that value.</summary>
    public static SyntaxNode? FunctionAround(SyntaxNode value, SyntaxNode body) =>
        value == body
            ? body
            : value.Ancestors().FirstOrDefault(n => n == body || n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax);

    /// <summary>What stands before the dot or the bracket.</summary>
    public static ExpressionSyntax? ReceiverOf(ExpressionSyntax? member) =>
        (member as MemberAccessExpressionSyntax)?.Expression ?? (member as ElementAccessExpressionSyntax)?.Expression;

    /// <summary>The parameter that takes an argument.</summary>
    public static IParameterSymbol? ParameterOf(ArgumentSyntax argument, IMethodSymbol method)
    {
        if (argument.NameColon is { Name.Identifier.ValueText: var name })
        {
            return method.Parameters.FirstOrDefault(p => p.Name == name);
        }

        var index = ((BaseArgumentListSyntax)argument.Parent!).Arguments.IndexOf(argument);
        return index < method.Parameters.Length ? method.Parameters[index] : method.Parameters.LastOrDefault();
    }
}
