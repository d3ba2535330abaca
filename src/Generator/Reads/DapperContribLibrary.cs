using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>Dapper.Contrib: whole rows by their key, through a connection.</summary>
internal sealed class DapperContribLibrary : IDataLibrary
{
    private static readonly MemberTable Members = new(
        (DataRole.SendsRead, "Get GetAll"),
        (DataRole.SendsWrite, "Insert Update Delete DeleteAll")
    );

    private readonly INamedTypeSymbol _extensions;

    private DapperContribLibrary(INamedTypeSymbol extensions) => _extensions = extensions;

    public static DapperContribLibrary? Create(LibraryTypes types) =>
        types.Find("Dapper.Contrib.Extensions.SqlMapperExtensions") is { } extensions ? new DapperContribLibrary(extensions) : null;

    public bool MayTouch(string memberName) => Members.MayTouch(memberName);

    public DataMember? Describe(IMethodSymbol method) =>
        SymbolEqualityComparer.Default.Equals(method.ContainingType, _extensions) ? Members.Describe(method) : null;
}
