using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// ADO.NET: commands, batches, connections, transactions and data sources of any provider (MySqlConnector, MySql.Data, and
/// whatever else derives from <c>DbCommand</c> or implements <c>IDbCommand</c>).
/// </summary>
internal sealed class AdoNetLibrary : IDataLibrary
{
    private readonly LibraryTypes _types;

    private AdoNetLibrary(LibraryTypes types) => _types = types;

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
        return OfCommand(method.Name, type)
            ?? OfConnection(method, type)
            ?? OfTransaction(method.Name, type)
            ?? OfSource(method.Name, type);
    }

    private DataMember? OfCommand(string name, INamedTypeSymbol type)
    {
        switch (name)
        {
            case "ExecuteReader" or "ExecuteReaderAsync" or "ExecuteScalar" or "ExecuteScalarAsync" when _types.IsCommand(type):
                return new DataMember(DataRole.SendsForRows);
            case "ExecuteNonQuery" or "ExecuteNonQueryAsync" when _types.IsCommand(type):
                return new DataMember(DataRole.SendsForCount);
            case "Fill" or "FillSchema" when _types.IsAdapter(type):
                return new DataMember(DataRole.SendsForRows);
            default:
                return null;
        }
    }

    private DataMember? OfConnection(IMethodSymbol method, INamedTypeSymbol type)
    {
        switch (method.Name)
        {
            case "CreateCommand" or "CreateDbCommand" or "CreateBatch" when _types.IsConnection(type) || _types.IsDataSource(type):
                return new DataMember(
                    DataRole.CreatesCommand,
                    TextParameter: method.Parameters.Length == 1 && method.Parameters[0].Type.SpecialType == SpecialType.System_String
                        ? method.Parameters[0].Name
                        : null
                );
            case "Open" or "OpenAsync" when _types.IsConnection(type):
                return new DataMember(DataRole.OpensConnection);
            case "Close" or "CloseAsync" when _types.IsConnection(type):
                return new DataMember(DataRole.ClosesConnection);
            case "BeginTransaction" or "BeginTransactionAsync" or "BeginDbTransaction" when _types.IsConnection(type):
                return new DataMember(DataRole.BeginsTransaction);
            default:
                return null;
        }
    }

    private DataMember? OfTransaction(string name, INamedTypeSymbol type)
    {
        switch (name)
        {
            case "Commit" or "CommitAsync" or "Rollback" or "RollbackAsync" or "Dispose" or "DisposeAsync" when _types.IsTransaction(type):
                return new DataMember(DataRole.EndsTransaction);
            default:
                return null;
        }
    }

    private DataMember? OfSource(string name, INamedTypeSymbol type)
    {
        switch (name)
        {
            case "OpenConnection" or "OpenConnectionAsync" or "OpenDbConnection" when _types.IsDataSource(type):
                return new DataMember(DataRole.CreatesOpenConnection);
            case "CreateConnection" when _types.IsDataSource(type) || _types.Is(type, _types.DbProviderFactory):
                return new DataMember(DataRole.CreatesClosedConnection);
            default:
                return null;
        }
    }
}
