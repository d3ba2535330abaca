using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>ServiceStack.OrmLite: extension methods of a connection.</summary>
internal sealed class OrmLiteLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsRead, "Select SelectLazy SelectByIds SelectNonDefaults SelectMulti LoadSelect Where WhereLazy"),
        (DataRole.SendsRead, "Single SingleById SingleWhere LoadSingleById LoadReferences Scalar LongScalar Count RowCount Exists"),
        (DataRole.SendsRead, "Column ColumnLazy ColumnDistinct Dictionary Lookup KeyValuePairs"),
        (DataRole.SendsForRows, "SqlList SqlColumn SqlScalar SqlProcedure"),
        (DataRole.SendsForCount, "ExecuteNonQuery ExecuteSql"),
        (DataRole.SendsWrite, "Insert InsertAll InsertOnly InsertUsingDefaults InsertIntoSelect BulkInsert Save SaveAll"),
        (DataRole.SendsWrite, "SaveReferences SaveAllReferences Update UpdateAll UpdateOnly UpdateOnlyFields UpdateNonDefaults UpdateAdd"),
        (DataRole.SendsWrite, "Delete DeleteAll DeleteById DeleteByIds DeleteNonDefaults DeleteWhere ExecuteProcedure"),
        (DataRole.SendsWrite, "CreateSchema CreateTable CreateTables CreateTableIfNotExists DropTable DropTables DropAndCreateTable"),
        (DataRole.SendsWrite, "DropAndCreateTables AlterTable AddColumn AlterColumn ChangeColumnName DropColumn AddForeignKey"),
        (DataRole.SendsWrite, "DropForeignKey CreateIndex DropIndex"),
        (DataRole.BeginsTransaction, "OpenTransaction OpenTransactionIfNotExists")
    );

    private readonly LibraryTypes _types;

    private OrmLiteLibrary(LibraryTypes types) => _types = types;

    public static OrmLiteLibrary? Create(LibraryTypes types) =>
        types.Find("ServiceStack.OrmLite.OrmLiteReadApi") is null ? null : new OrmLiteLibrary(types);

    public bool MayTouch(string memberName) => Members.MayTouch(memberName);

    // Which of its classes holds an overload differs between versions.
    public DataMember? Describe(IMethodSymbol method) =>
        method.ContainingNamespace is { Name: "OrmLite", ContainingNamespace.Name: "ServiceStack" }
        && MemberTable.ExtendsConnection(method, _types)
            ? Members.Describe(method)
            : null;
}
