using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Rules;

/// <summary>What is registered behind <c>AddConsistentRepositories()</c>, which decorates only what it finds.</summary>
internal static class LateRegistration
{
    private const string Decorator = "AddConsistentRepositories";

    /// <summary>
    /// Whether every call of the decorator comes before the registration, one of them on the same services and on its way for certain.
    /// </summary>
    /// <param name="registration">The call that registers.</param>
    /// <param name="compilation">The program.</param>
    /// <param name="code">The decorator's name.</param>
    public static bool IsOne(SyntaxNode registration, Compilation compilation, ulong code)
    {
        if (
            registration is not InvocationExpressionSyntax call
            || ServiceChain.ServicesOf(call) is not { } services
            || !NameIndex.Of(call.SyntaxTree).Has(code)
            || compilation.SyntaxTrees.Any(tree => tree != call.SyntaxTree && NameIndex.Of(tree).Has(code))
        )
        {
            return false;
        }

        var decorators = call
            .SyntaxTree.GetRoot()
            .DescendantNodes()
            .OfType<InvocationExpressionSyntax>()
            .Where(static c => CallNames.Of(c)?.Identifier.ValueText == Decorator)
            .ToList();
        return decorators.Count > 0
            && decorators.TrueForAll(d => d.Span.End <= call.Span.End && !d.Span.Contains(call.Span))
            && decorators.Exists(d =>
                ServiceChain.ServicesOf(d) is { } own && ServiceChain.IsOneOf(own, [services]) && IsOnTheWay(d, call)
            );
    }

    /// <summary>Whether it stands earlier in the same chain, or in a statement before one around the registration.</summary>
    private static bool IsOnTheWay(InvocationExpressionSyntax decorator, InvocationExpressionSyntax registration)
    {
        if (registration.Span.Contains(decorator.Span))
        {
            return true;
        }

        var statement = decorator.FirstAncestorOrSelf<ExpressionStatementSyntax>();
        return statement is not null
            && ServiceChain.FunctionAround(decorator) == ServiceChain.FunctionAround(registration)
            && (statement.Parent is GlobalStatementSyntax global ? global.Parent : statement.Parent) is { } list
            && registration.Ancestors().Contains(list);
    }
}
