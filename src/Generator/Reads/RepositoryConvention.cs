using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// Members that are named like reads, on interfaces that are named like repositories: reads where the project says so and no body is
/// visible.
/// </summary>
internal static class RepositoryConvention
{
    private static readonly string[] Verbs = ["Get", "Find", "List", "Count", "Exists", "Search"];

    private static readonly string[] Suffixes = ["Repository", "Store", "Dao", "Queries"];

    /// <summary>The verb stands alone or before another word: <c>Get</c>, <c>GetAsync</c>, <c>Get2</c>, not <c>Getter</c>.</summary>
    public static bool IsReadName(string member) =>
        Verbs.Any(verb =>
            member.StartsWith(verb, StringComparison.Ordinal) && (member.Length == verb.Length || !char.IsLower(member[verb.Length]))
        );

    public static bool IsRead(IMethodSymbol method) =>
        method is { MethodKind: MethodKind.Ordinary, ReturnsVoid: false, ContainingType: { TypeKind: TypeKind.Interface } type }
        && IsReadName(method.Name)
        && Suffixes.Any(suffix => type.Name.EndsWith(suffix, StringComparison.Ordinal));
}
