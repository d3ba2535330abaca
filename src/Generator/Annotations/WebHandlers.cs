using Microsoft.CodeAnalysis;

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

    private static bool IsOfFramework(ISymbol symbol)
    {
        var containing = symbol.ContainingNamespace?.ToDisplayString() ?? "";
        return containing == Framework || containing.StartsWith(Framework + ".", StringComparison.Ordinal);
    }
}
