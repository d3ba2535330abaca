using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Annotations;

/// <summary>
/// Lambdas that ASP.NET Core calls itself: no wrapper can stand before them, and none is needed where the web package is there, since their
/// annotations are the endpoint's metadata, from which the request gets its session.
/// </summary>
internal static class WebHandlers
{
    private const string Framework = "Microsoft.AspNetCore";

    /// <summary>
    /// Whether the parameter takes an endpoint's handler, as those of <c>MapGet(pattern, Delegate)</c> and <c>MapGet(pattern,
    /// RequestDelegate)</c> do; a middleware, <c>Run</c> or <c>Use</c>, has no endpoint.
    /// </summary>
    public static bool TakesHandler(IParameterSymbol? parameter) =>
        parameter is { ContainingSymbol: { } method, Type: var type }
        && IsOfFramework(method)
        && (
            type is { Name: "Delegate", ContainingNamespace.Name: "System" }
            || (type.Name == "RequestDelegate" && IsOfFramework(type) && method.Name.StartsWith("Map", StringComparison.Ordinal))
        );

    /// <summary>Whether the package is there that gives requests, and calls of a hub, their sessions.</summary>
    public static bool HasPackage(Compilation compilation) => compilation.ReferencedAssemblyNames.Any(IsPackage);

    /// <inheritdoc cref="HasPackage(Compilation)"/>
    public static bool HasPackage(IModuleSymbol module) => module.ReferencedAssemblies.Any(IsPackage);

    private static bool IsPackage(AssemblyIdentity assembly) => assembly.Name == "MonotonicReads.AspNetCore";

    /// <summary>
    /// Whether some file maps the method to an endpoint, <c>app.MapGet("/", Handlers.Get)</c>, judged by how that is written: its
    /// attributes are the endpoint's metadata then.
    /// </summary>
    public static bool IsMapped(IMethodSymbol method, IEnumerable<SyntaxTree> files, CancellationToken cancellation)
    {
        var code = NameCode.Of(method.Name);
        return files.Any(tree =>
            NameIndex.Of(tree).Has(code)
            && tree.GetRoot(cancellation)
                .DescendantNodes()
                .Any(n => n is IdentifierNameSyntax name && name.Identifier.ValueText == method.Name && IsMapped(name, method))
        );
    }

    private static bool IsMapped(IdentifierNameSyntax name, IMethodSymbol method)
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

    private static bool IsOfFramework(ISymbol symbol)
    {
        var containing = symbol.ContainingNamespace?.ToDisplayString() ?? "";
        return containing == Framework || containing.StartsWith(Framework + ".", StringComparison.Ordinal);
    }
}
