using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Rules;

/// <summary>Methods that are handed to endpoints by their names.</summary>
internal static class MappedMethods
{
    /// <summary>
    /// Whether some file maps the method to an endpoint, <c>app.MapGet("/", Handlers.Get)</c>, judged by how that is written: its
    /// attributes are the endpoint's metadata then.
    /// </summary>
    public static bool Contains(IMethodSymbol method, IEnumerable<SyntaxTree> files, CancellationToken cancellation)
    {
        var code = NameCode.Of(method.Name);
        return files.Any(tree =>
            NameIndex.Of(tree).Has(code)
            && tree.GetRoot(cancellation)
                .DescendantNodes()
                .Any(n => n is IdentifierNameSyntax name && name.Identifier.ValueText == method.Name && IsHandedOver(name, method))
        );
    }

    private static bool IsHandedOver(IdentifierNameSyntax name, IMethodSymbol method)
    {
        ExpressionSyntax named = name;
        if (name.Parent is MemberAccessExpressionSyntax access && access.Name == name)
        {
            named = access;
            var owner = access.Expression is MemberAccessExpressionSyntax { Name: var last } ? last : access.Expression;
            if (method.IsStatic && (owner as SimpleNameSyntax)?.Identifier.ValueText != method.ContainingType.Name)
            {
                return false;
            }
        }

        return named.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax map } }
            && map.Name.Identifier.ValueText.StartsWith("Map", StringComparison.Ordinal);
    }
}
