using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Rules;

/// <summary>What a call looks like before it is bound.</summary>
internal static class CallNames
{
    /// <summary>Containers have calls of these kinds around what they create.</summary>
    private static readonly string[] RegistrationWords =
    [
        "Add",
        "TryAdd",
        "Register",
        "Bind",
        "Replace",
        "For",
        "Use",
        "Provide",
        "Decorate",
        "Scoped",
        "Singleton",
        "Transient",
        "Describe",
        "Keyed",
    ];

    /// <summary>The name that is called, with its type arguments; null where no name is.</summary>
    public static SimpleNameSyntax? Of(InvocationExpressionSyntax call) =>
        call.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            SimpleNameSyntax name => name,
            _ => null,
        };

    /// <summary>Whether the node stands in what a call gives to a container: an argument, or a lambda that is one.</summary>
    public static bool IsInRegistration(SyntaxNode node) =>
        node.Ancestors()
            .TakeWhile(static n => n is not MemberDeclarationSyntax)
            .Any(static n =>
                n is ArgumentSyntax { Parent.Parent: var around }
                && (
                    around is InvocationExpressionSyntax call
                        ? IsRegistrationWord(Of(call)?.Identifier.ValueText ?? string.Empty)
                        : around is ObjectCreationExpressionSyntax { Type: var type }
                            && WrittenTypeNames.SimpleName(type) == "ServiceDescriptor"
                )
            );

    /// <summary>Where the value of an expression goes, past parentheses, casts and choices.</summary>
    public static SyntaxNode? Receiver(SyntaxNode expression)
    {
        var node = expression.Parent;
        while (
            node
                is ParenthesizedExpressionSyntax
                    or CastExpressionSyntax
                    or PostfixUnaryExpressionSyntax
                    or BinaryExpressionSyntax
                    or ConditionalExpressionSyntax
                    or SwitchExpressionArmSyntax
                    or SwitchExpressionSyntax
                    or AwaitExpressionSyntax
        )
        {
            node = node.Parent;
        }

        return node;
    }

    private static bool IsRegistrationWord(string name)
    {
        foreach (var word in RegistrationWords)
        {
            if (name.StartsWith(word, StringComparison.Ordinal) && (name.Length == word.Length || !char.IsLower(name[word.Length])))
            {
                return true;
            }
        }

        return false;
    }
}
