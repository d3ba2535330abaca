using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// SqlKata.Execution: queries that a factory makes and sends through its connection, and SQL that is handed to the factory.
/// </summary>
internal sealed class SqlKataLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsRead, "Get GetDictionary GetMultiple First FirstOrDefault Paginate Chunk Exists NotExist"),
        (DataRole.SendsRead, "Count Sum Average Min Max Aggregate ExecuteScalar Next Previous"),
        (DataRole.SendsForRows, "Select"),
        (DataRole.SendsForCount, "Statement"),
        (DataRole.SendsWrite, "Insert InsertGetId Update Delete Increment Decrement Execute"),
        (DataRole.PassesOn, "Query FromQuery")
    );

    private readonly INamedTypeSymbol? _query;

    private SqlKataLibrary(INamedTypeSymbol? query) => _query = query;

    public static SqlKataLibrary? Create(LibraryTypes types) =>
        types.Find("SqlKata.Execution.QueryFactory") is null ? null : new SqlKataLibrary(types.Find("SqlKata.Query"));

    public bool MayTouch(string memberName) => Members.MayTouch(memberName);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (
            method is
            { ContainingNamespace: { Name: "Execution", ContainingNamespace.Name: "SqlKata" }, DeclaredAccessibility: Accessibility.Public }
        )
        {
            return Members.Describe(method);
        }

        // Composing goes on with the query that the factory made.
        return _query is not null && LibraryTypes.IsExactly(method.ReturnType, _query) && method.ContainingNamespace?.Name == "SqlKata"
            ? new DataMember(DataRole.PassesOn)
            : null;
    }
}
