using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>PetaPoco: a database object that opens its connection for each statement, unless a transaction holds it.</summary>
internal sealed class PetaPocoLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsRead, "Query QueryMultiple Fetch First FirstOrDefault Single SingleOrDefault Page SkipTake Exists"),
        (DataRole.SendsForRows, "ExecuteScalar"),
        (DataRole.SendsForCount, "Execute"),
        (DataRole.SendsWrite, "Insert Update Delete Save"),
        (DataRole.BeginsTransaction, "BeginTransaction GetTransaction"),
        (DataRole.EndsTransactionOnTarget, "CompleteTransaction AbortTransaction")
    );

    private static readonly MemberTable Procedures = new(
        (DataRole.SendsForRows, "QueryProc FetchProc ExecuteScalarProc"),
        (DataRole.SendsForCount, "ExecuteNonQueryProc")
    );

    public static PetaPocoLibrary? Create(LibraryTypes types) => types.Find("PetaPoco.IDatabase") is null ? null : new PetaPocoLibrary();

    public bool MayTouch(string memberName) => Members.MayTouch(memberName) || Procedures.MayTouch(memberName);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (
            method.IsStatic
            || method.ContainingNamespace is not { Name: "PetaPoco", ContainingNamespace.IsGlobalNamespace: true }
            || method.ContainingType is not { } type
        )
        {
            return null;
        }

        return type.Name switch
        {
            "Database" or "IDatabase" or "IDatabaseAsync" => OfDatabase(method),
            "IQuery" or "IQueryAsync" or "IAlterPoco" or "IAlterPocoAsync" or "IExecute" or "IExecuteAsync" => Members.Describe(method),
            "IStoredProc" or "IStoredProcAsync" => OfDatabase(method),
            "ITransaction" or "Transaction" when method.Name is "Complete" or "Dispose" => new DataMember(DataRole.EndsTransaction),
            _ => null,
        };
    }

    private static DataMember? OfDatabase(IMethodSymbol method) =>
        Procedures.RoleOf(method.Name) is null
            ? Members.Describe(method)
            : Procedures.Describe(method, "storedProcedureName")! with
            {
                IsProcedure = true,
            };
}
