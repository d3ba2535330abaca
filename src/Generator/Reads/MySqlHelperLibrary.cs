using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// The static <c>MySqlHelper</c> of MySql.Data: a text on a connection, or on one that it opens for itself from a connection string.
/// </summary>
internal sealed class MySqlHelperLibrary : IDataLibrary
{
    private readonly INamedTypeSymbol _helper;

    private MySqlHelperLibrary(INamedTypeSymbol helper) => _helper = helper;

    public static MySqlHelperLibrary? Create(LibraryTypes types) =>
        types.Find("MySql.Data.MySqlClient.MySqlHelper") is { } helper ? new MySqlHelperLibrary(helper) : null;

    public bool MayTouch(string memberName) =>
        memberName
            is "ExecuteDataRow"
                or "ExecuteDataRowAsync"
                or "ExecuteDataset"
                or "ExecuteDatasetAsync"
                or "UpdateDataSet"
                or "UpdateDataSetAsync";

    public DataMember? Describe(IMethodSymbol method)
    {
        if (!SymbolEqualityComparer.Default.Equals(method.ContainingType, _helper))
        {
            return null;
        }

        var text = method.Parameters.FirstOrDefault(static p => p.Name == "commandText")?.Name;
        return method.Name switch
        {
            "UpdateDataSet" or "UpdateDataSetAsync" => new DataMember(DataRole.Writes),
            "ExecuteNonQuery" or "ExecuteNonQueryAsync" when text is not null => new DataMember(DataRole.SendsForCount, text),
            _ when text is not null => new DataMember(DataRole.SendsForRows, text),
            _ => null,
        };
    }
}
