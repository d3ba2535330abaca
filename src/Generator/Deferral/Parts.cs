using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Deferral;

/// <summary>What a piece of syntax is a part of.</summary>
internal static class Parts
{
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
