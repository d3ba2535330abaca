using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>Dapper.SimpleCRUD: rows by key or condition, through a connection.</summary>
internal sealed class DapperSimpleCrudLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsRead, "Get GetList GetListPaged RecordCount"),
        (DataRole.SendsWrite, "Insert Update Delete DeleteList")
    );

    private readonly INamedTypeSymbol _extensions;

    private DapperSimpleCrudLibrary(INamedTypeSymbol extensions) => _extensions = extensions;

    public static DapperSimpleCrudLibrary? Create(LibraryTypes types) =>
        types.Find("Dapper.SimpleCRUD") is { } extensions ? new DapperSimpleCrudLibrary(extensions) : null;

    public bool MayTouch(string memberName) => Members.MayTouch(memberName);

    public DataMember? Describe(IMethodSymbol method) =>
        SymbolEqualityComparer.Default.Equals(method.ContainingType, _extensions) ? Members.Describe(method) : null;
}
