using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>Why an annotated member does not get what its annotation promises.</summary>
/// <param name="Place">The member or the class on whose name MR2001 stands.</param>
/// <param name="Why">The reason, as the middle of a sentence.</param>
/// <param name="Remedy">What to do, as an imperative.</param>
internal sealed record Obstacle(ISymbol Place, string Why, string Remedy)
{
    /// <summary>How a message names a symbol: <c>Orders.GetAsync</c>, <c>Orders</c>, <c>Orders.Total.get</c>.</summary>
    public static string Name(ISymbol symbol) =>
        symbol switch
        {
            INamedTypeSymbol type => type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat),
            IMethodSymbol { AssociatedSymbol: { } owner } accessor => Name(owner) + Suffix(accessor),
            IMethodSymbol { MethodKind: MethodKind.LocalFunction } local => local.Name,
            { ContainingType: { } type } => Name(type) + "." + ShortName(symbol),
            _ => symbol.Name,
        };

    private static string ShortName(ISymbol symbol)
    {
        var dot = symbol.Name.LastIndexOf('.');
        return dot < 0 ? symbol.Name : symbol.Name.Substring(dot + 1);
    }

    private static string Suffix(IMethodSymbol accessor) =>
        accessor.MethodKind switch
        {
            MethodKind.PropertyGet => ".get",
            MethodKind.PropertySet => ".set",
            MethodKind.EventAdd => ".add",
            MethodKind.EventRemove => ".remove",
            _ => string.Empty,
        };
}
