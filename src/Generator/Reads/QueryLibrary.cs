using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// LINQ over an <c>IQueryable</c>: the operators compose, and what takes the result sends it. Known where a library is referenced whose
/// queries go to a database; a query over a collection is told apart where it is used.
/// </summary>
internal sealed class QueryLibrary : IDataLibrary
{
    private static readonly HashSet<string> Terminals = new(StringComparer.Ordinal)
    {
        "ToList",
        "ToArray",
        "ToDictionary",
        "ToHashSet",
        "ToLookup",
        "First",
        "FirstOrDefault",
        "Single",
        "SingleOrDefault",
        "Last",
        "LastOrDefault",
        "Count",
        "LongCount",
        "Any",
        "All",
        "Sum",
        "Min",
        "Max",
        "MinBy",
        "MaxBy",
        "Average",
        "Aggregate",
        "ElementAt",
        "ElementAtOrDefault",
        "Contains",
        "SequenceEqual",
    };

    /// <summary>Members of collections and sets that walk through the sequence that they are handed.</summary>
    private static readonly HashSet<string> Walkers = new(StringComparer.Ordinal)
    {
        "AddRange",
        "InsertRange",
        "RemoveRange",
        "UpdateRange",
        "AttachRange",
        "AddRangeAsync",
        "UnionWith",
        "ExceptWith",
        "IntersectWith",
    };

    /// <summary>Creations that copy a sequence, <c>new</c> before the type's name, and <c>string.Join</c>.</summary>
    private static readonly HashSet<string> Copying = new(StringComparer.Ordinal)
    {
        "new List",
        "new HashSet",
        "new Queue",
        "new Stack",
        "new SortedSet",
        "new LinkedList",
        "Join",
    };

    private readonly INamedTypeSymbol _queryable;
    private readonly INamedTypeSymbol _enumerable;

    private QueryLibrary(INamedTypeSymbol queryable, INamedTypeSymbol enumerable)
    {
        _queryable = queryable;
        _enumerable = enumerable;
    }

    /// <summary>Null where no referenced library has queries.</summary>
    public static QueryLibrary? Create(LibraryTypes types) =>
        types is { HasQueries: true, QueryableOperators: { } queryable, EnumerableOperators: { } enumerable }
            ? new QueryLibrary(queryable, enumerable)
            : null;

    /// <summary>These names are everywhere; <see cref="MayTouchQuery"/> says whether one matters.</summary>
    public bool MayTouch(string memberName) => false;

    /// <summary>A name that matters in a body in which a query is named.</summary>
    public static bool MayTouchQuery(string memberName) =>
        Terminals.Contains(memberName) || Walkers.Contains(memberName) || Copying.Contains(memberName);

    public static bool WalksThrough(IMethodSymbol method) =>
        Walkers.Contains(method.Name) || (method.Name == "Join" && method.ContainingType?.SpecialType == SpecialType.System_String);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (SymbolEqualityComparer.Default.Equals(method.ContainingType, _queryable))
        {
            return Terminals.Contains(method.Name) ? new DataMember(DataRole.ReadsQuery) : null;
        }

        return SymbolEqualityComparer.Default.Equals(method.ContainingType, _enumerable) && Terminals.Contains(method.Name)
            ? new DataMember(DataRole.ReadsQuery)
            : null;
    }
}
