using System.Reflection;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Symbols;

/// <summary>What a newer host knows and Roslyn 4.8, which this is built on, has no member for.</summary>
internal static class NewerRoslyn
{
    private static readonly PropertyInfo? AllowsRefLikeType = typeof(ITypeParameterSymbol).GetProperty("AllowsRefLikeType");

    /// <summary>
    /// Whether the type is a type parameter with <c>allows ref struct</c> (C# 13); false on a host that does not know it.
    /// </summary>
    public static bool AllowsRefStruct(ITypeSymbol type) => type is ITypeParameterSymbol && AllowsRefLikeType?.GetValue(type) is true;
}
