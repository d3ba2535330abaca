using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Merging;

/// <summary>
/// The type of a read's rows: whether a <c>GridReader</c> makes the same of them. Rows of several columns it does; a single value it
/// casts in older versions where the query itself converts, and in newer ones it makes 0 of a NULL where the query throws.
/// </summary>
internal static class RowType
{
    /// <summary>
    /// The file's version: all of Dapper 2 has the assembly's version 2.0.0.0. 2.0.78 casts, 2.0.123 converts; tried with both.
    /// </summary>
    private static readonly Version Converting = new(2, 0, 123);

    /// <summary>A query whose first value is a count, a number, or a function that ends in one: never NULL.</summary>
    private static readonly Regex Counting = new(
        @"\A\s*SELECT\s+(?:COUNT(?:_BIG)?\s*\([^()'""`]*\)|EXISTS\s*\((?:[^()'""`]|\([^()'""`]*\))*\)"
            + @"|(?:COALESCE|IFNULL|ISNULL)\s*\(\s*[\w.]+(?:\s*\([^()'""`]*\))?\s*,\s*[0-9.]+\s*\)|[0-9]+)"
            + @"\s*(?:,|;?\s*\z|AS\s|FROM\s|\w+\s+FROM\s)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1)
    );

    private static readonly Regex Joined = new(
        @"\b(?:UNION|EXCEPT|INTERSECT)\b|--|/\*|#",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1)
    );

    /// <summary>Whether the reader makes the same of a read's rows.</summary>
    /// <param name="method">Dapper's method, with its type argument.</param>
    /// <param name="text">The query.</param>
    /// <param name="isAwaited">Whether it is an asynchronous one.</param>
    public static bool IsSame(IMethodSymbol method, string text, bool isAwaited) =>
        method.TypeArguments is not [var type] || IsRow(type) || (!(isAwaited && Casts(method)) && (TakesNull(type) || IsNeverNull(text)));

    /// <summary>Several columns: its members are set one by one.</summary>
    private static bool IsRow(ITypeSymbol type) =>
        type switch
        {
            { TypeKind: TypeKind.Dynamic } or { SpecialType: SpecialType.System_Object } => true,
            { IsTupleType: true } => true,
            INamedTypeSymbol { TypeKind: TypeKind.Class } => !IsOfTheFramework(type),
            // One member alone: an id with a type handler of the project's own.
            INamedTypeSymbol { TypeKind: TypeKind.Struct } => !IsOfTheFramework(type)
                && type.GetMembers().Count(static m => m is IFieldSymbol { IsStatic: false }) > 1,
            _ => false,
        };

    private static bool TakesNull(ITypeSymbol type) =>
        type.IsReferenceType || type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T };

    private static bool IsNeverNull(string text) => Counting.IsMatch(text) && !Joined.IsMatch(text);

    private static bool IsOfTheFramework(ITypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace: { IsGlobalNamespace: false } outer })
        {
            space = outer;
        }

        return space is { IsGlobalNamespace: false, Name: "System" };
    }

    private static bool Casts(IMethodSymbol method) =>
        method
            .ContainingAssembly.GetAttributes()
            .Where(static a => a.AttributeClass is { Name: "AssemblyFileVersionAttribute" })
            .Select(static a => a.ConstructorArguments is [{ Value: string said }] && Version.TryParse(said, out var of) ? of : null)
            .FirstOrDefault()
            is not { } version
        || version < Converting;
}
