using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.CodeFixes;

/// <summary>A method's signature as an interface declares it.</summary>
internal static class Signature
{
    /// <summary>Null where a directive stands within.</summary>
    public static string? Of(MethodDeclarationSyntax method)
    {
        var parts = new SyntaxNode?[] { method.ReturnType, method.TypeParameterList, method.ParameterList };
        if (parts.Concat(method.ConstraintClauses).Any(static p => p?.ContainsDirectives == true))
        {
            return null;
        }

        return $"{method.ReturnType} {method.Identifier.Text}{method.TypeParameterList}{method.ParameterList}"
            + string.Concat(method.ConstraintClauses.Select(static c => " " + c))
            + ";";
    }
}
