using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Annotations;

/// <summary>
/// What ASP.NET Core calls itself: no wrapper can stand before it and none is needed, since its annotations are the endpoint's
/// metadata, from which the request gets its session.
/// </summary>
internal static class WebHandlers
{
    private const string Framework = "Microsoft.AspNetCore";

    /// <summary>Whether the framework makes the type and calls its methods: an MVC controller, a SignalR hub, a gRPC service.</summary>
    public static bool AreMethodsOf(INamedTypeSymbol type)
    {
        for (var b = type.BaseType; b is not null; b = b.BaseType)
        {
            if ((b.Name is "ControllerBase" or "Hub" && IsOfFramework(b)) || IsGrpcBase(b))
            {
                return true;
            }
        }

        return false;
    }

    // What protoc generates for a service.
    private static bool IsGrpcBase(INamedTypeSymbol type) =>
        type.GetAttributes()
            .Any(a =>
                a.AttributeClass
                    is { Name: "BindServiceMethodAttribute", ContainingNamespace: { Name: "Core", ContainingNamespace.Name: "Grpc" } }
            );

    /// <summary>Whether the parameter takes an endpoint's handler, as that of <c>MapGet(pattern, Delegate)</c> does.</summary>
    public static bool TakesHandler(IParameterSymbol? parameter) =>
        parameter is { Type: { Name: "Delegate", ContainingNamespace.Name: "System" } } && IsOfFramework(parameter.ContainingSymbol);

    private static bool IsOfFramework(ISymbol symbol)
    {
        var containing = symbol.ContainingNamespace?.ToDisplayString() ?? "";
        return containing == Framework || containing.StartsWith(Framework + ".", StringComparison.Ordinal);
    }
}
