using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Generator.Inventory;

/// <summary>How a survey calls what it finds.</summary>
internal static class UnitNames
{
    /// <summary>Types and members without their namespaces: <c>OrderRepository.Get(int)</c>.</summary>
    public static readonly SymbolDisplayFormat Short = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeContainingType | SymbolDisplayMemberOptions.IncludeParameters,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes
    );

    /// <summary>The key of a body: its documentation id; a local function's has its name behind that of the member around it.</summary>
    public static string KeyOf(ISymbol symbol)
    {
        symbol = symbol.OriginalDefinition;
        return symbol switch
        {
            IMethodSymbol { MethodKind: MethodKind.LocalFunction, ContainingSymbol: { } around } => KeyOf(around) + "~" + symbol.Name,
            IMethodSymbol { MethodKind: MethodKind.AnonymousFunction, ContainingSymbol: { } around } => KeyOf(around),
            _ => symbol.GetDocumentationCommentId() ?? symbol.ToDisplayString(),
        };
    }

    /// <inheritdoc cref="KeyOf(ISymbol)" />
    public static string KeyOf(ReportedUnit unit) => unit.IsHandler && unit.MemberId is { } member ? member : KeyOf(unit.Symbol);

    /// <summary>What to show of a unit: its type and name.</summary>
    public static string Of(ReportedUnit unit) =>
        unit.IsHandler ? unit.Name
        : unit.Symbol is IMethodSymbol { Name: "<Main>$" } ? unit.Name
        : unit.Symbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction, ContainingSymbol: { } around } local
            ? around.ToDisplayString(Short) + " › " + local.Name
        : unit.Symbol.ToDisplayString(Short);
}
