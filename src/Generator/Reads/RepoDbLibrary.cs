using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>RepoDb: operations on a connection, the same on its repositories, and bulk operations of its extensions.</summary>
internal sealed class RepoDbLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsRead, "Query QueryAll QueryMultiple BatchQuery SkipQuery Exists Count CountAll Sum SumAll"),
        (DataRole.SendsRead, "Average AverageAll Max MaxAll Maximum MaximumAll Min MinAll Minimum MinimumAll"),
        (DataRole.SendsForRows, "ExecuteQuery ExecuteQueryMultiple ExecuteReader ExecuteScalar"),
        (DataRole.SendsForCount, "ExecuteNonQuery"),
        (DataRole.SendsWrite, "Insert InsertAll Update UpdateAll Merge MergeAll Delete DeleteAll Truncate"),
        (DataRole.SendsWrite, "BulkInsert BulkUpdate BulkMerge BulkDelete BulkDeleteByKey"),
        (DataRole.SendsWrite, "BinaryBulkInsert BinaryBulkUpdate BinaryBulkMerge BinaryBulkDelete BinaryBulkDeleteByKey BinaryImport"),
        (DataRole.CreatesCommand, "CreateCommand"),
        (DataRole.PassesOn, "EnsureOpen")
    );

    private readonly LibraryTypes _types;

    private RepoDbLibrary(LibraryTypes types) => _types = types;

    public static RepoDbLibrary? Create(LibraryTypes types) =>
        types.Find("RepoDb.DbConnectionExtension") is null ? null : new RepoDbLibrary(types);

    public bool MayTouch(string memberName) => Members.MayTouch(memberName);

    public DataMember? Describe(IMethodSymbol method) =>
        method.ContainingNamespace is { Name: "RepoDb", ContainingNamespace.IsGlobalNamespace: true }
        && (
            MemberTable.ExtendsConnection(method, _types)
            || method is { IsStatic: false, ContainingType.Name: "DbRepository" or "BaseRepository" }
        )
            ? Members.Describe(method, "commandText")
            : null;
}
