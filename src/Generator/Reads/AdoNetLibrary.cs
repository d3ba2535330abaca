using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// ADO.NET: commands, batches, connections, transactions and data sources of any provider (MySqlConnector, MySql.Data, and
/// whatever else derives from <c>DbCommand</c> or implements <c>IDbCommand</c>).
/// </summary>
internal sealed class AdoNetLibrary : IDataLibrary
{
    private readonly LibraryTypes types;

    private AdoNetLibrary(LibraryTypes types) => this.types = types;

    public static AdoNetLibrary? Create(LibraryTypes types) => types.IDbCommand is null ? null : new AdoNetLibrary(types);

    public bool MayTouch(string memberName) =>
        memberName
            is "ExecuteReader"
                or "ExecuteReaderAsync"
                or "ExecuteScalar"
                or "ExecuteScalarAsync"
                or "ExecuteNonQuery"
                or "ExecuteNonQueryAsync"
                or "Fill"
                or "FillSchema";

    public DataMember? Describe(IMethodSymbol method)
    {
        if (method.IsStatic)
        {
            return null;
        }

        var type = method.ContainingType;
        switch (method.Name)
        {
            case "ExecuteReader" or "ExecuteReaderAsync" or "ExecuteScalar" or "ExecuteScalarAsync" when types.IsCommand(type):
                return new DataMember(DataRole.SendsForRows);
            case "ExecuteNonQuery" or "ExecuteNonQueryAsync" when types.IsCommand(type):
                return new DataMember(DataRole.SendsForCount);
            case "Fill" or "FillSchema" when types.IsAdapter(type):
                return new DataMember(DataRole.SendsForRows);
            case "CreateCommand" or "CreateDbCommand" or "CreateBatch" when types.IsConnection(type) || types.IsDataSource(type):
                return new DataMember(
                    DataRole.CreatesCommand,
                    TextParameter: method.Parameters.Length == 1 && method.Parameters[0].Type.SpecialType == SpecialType.System_String
                        ? method.Parameters[0].Name
                        : null
                );
            case "Open" or "OpenAsync" when types.IsConnection(type):
                return new DataMember(DataRole.OpensConnection);
            case "Close" or "CloseAsync" when types.IsConnection(type):
                return new DataMember(DataRole.ClosesConnection);
            case "BeginTransaction" or "BeginTransactionAsync" or "BeginDbTransaction" when types.IsConnection(type):
                return new DataMember(DataRole.BeginsTransaction);
            case "Commit" or "CommitAsync" or "Rollback" or "RollbackAsync" or "Dispose" or "DisposeAsync" when types.IsTransaction(type):
                return new DataMember(DataRole.EndsTransaction);
            case "OpenConnection" or "OpenConnectionAsync" or "OpenDbConnection" when types.IsDataSource(type):
                return new DataMember(DataRole.CreatesOpenConnection);
            case "CreateConnection" when types.IsDataSource(type) || types.Is(type, types.DbProviderFactory):
                return new DataMember(DataRole.CreatesClosedConnection);
            default:
                return null;
        }
    }
}
