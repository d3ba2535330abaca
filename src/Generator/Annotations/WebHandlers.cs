using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Annotations;

/// <summary>
/// Lambdas that ASP.NET Core calls itself: no wrapper can stand before them, and none is needed where the web package is there, since their
/// annotations are the endpoint's metadata, from which the request gets its session.
/// </summary>
internal static class WebHandlers
{
    private const string Framework = "Microsoft.AspNetCore";

    /// <summary>Whether the parameter takes an endpoint's handler, as that of <c>MapGet(pattern, Delegate)</c> does.</summary>
    public static bool TakesHandler(IParameterSymbol? parameter) =>
        parameter is { Type: { Name: "Delegate", ContainingNamespace.Name: "System" } } && IsOfFramework(parameter.ContainingSymbol);

    private static bool IsOfFramework(ISymbol symbol)
    {
        var containing = symbol.ContainingNamespace?.ToDisplayString() ?? "";
        return containing == Framework || containing.StartsWith(Framework + ".", StringComparison.Ordinal);
    }
}
