using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// Insight.Database: extension methods of a connection, whose text is a procedure's name unless they are called <c>...Sql</c> or told
/// otherwise, and a connection that holds its own transaction.
/// </summary>
internal sealed class InsightLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsForRows, "Query QuerySql QueryOnto QueryOntoSql QueryOntoList QueryOntoListSql QueryResults QueryResultsSql"),
        (DataRole.SendsForRows, "ExecuteScalar ExecuteScalarSql GetReader GetReaderSql"),
        (DataRole.SendsForRows, "ForEach ForEachSql ForEachDynamic ForEachDynamicSql Single SingleSql"),
        (DataRole.SendsForCount, "Execute ExecuteSql"),
        (DataRole.SendsWrite, "Insert InsertSql InsertList InsertListSql BulkCopy"),
        (DataRole.CreatesCommand, "CreateCommand CreateCommandSql"),
        (DataRole.PassesOn, "OpenConnection"),
        (DataRole.CreatesTransactingConnection, "OpenWithTransaction OpenWithTransactionAs UsingTransaction BeginAutoTransaction")
    );

    private readonly LibraryTypes _types;

    private InsightLibrary(LibraryTypes types) => _types = types;

    public static InsightLibrary? Create(LibraryTypes types) =>
        types.Find("Insight.Database.DBConnectionExtensions") is null ? null : new InsightLibrary(types);

    public bool MayTouch(string memberName) => Members.MayTouch(memberName);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (method.ContainingNamespace is not { Name: "Database", ContainingNamespace.Name: "Insight" })
        {
            return null;
        }

        if (MemberTable.ExtendsConnection(method, _types) || ExtendsConstrained(method))
        {
            return Members.Describe(method);
        }

        return
            method
                is {
                    IsStatic: false,
                    ContainingType.Name: "DbConnectionWrapper",
                    Name: "Commit" or "CommitAsync" or "Rollback" or "RollbackAsync"
                }
            ? new DataMember(DataRole.EndsTransactionOnTarget)
            : null;
    }

    private bool ExtendsConstrained(IMethodSymbol method) =>
        method.IsExtensionMethod && method.Parameters[0].Type is ITypeParameterSymbol && _types.IsConnection(method.Parameters[0].Type);
}
