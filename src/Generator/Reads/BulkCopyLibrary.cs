using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>Bulk loaders of the providers: made on a connection like a command, and always a write.</summary>
internal sealed class BulkCopyLibrary : IDataLibrary
{
    private readonly LibraryTypes _types;

    private BulkCopyLibrary(LibraryTypes types) => _types = types;

    public static BulkCopyLibrary? Create(LibraryTypes types) => types.BulkLoaders.IsEmpty ? null : new BulkCopyLibrary(types);

    /// <summary><c>Load</c> is everywhere; where a loader is made it is wanted.</summary>
    public bool MayTouch(string memberName) => memberName is "WriteToServer" or "WriteToServerAsync" or "new MySqlBulkLoader";

    public DataMember? Describe(IMethodSymbol method) =>
        method is { IsStatic: false, Name: "WriteToServer" or "WriteToServerAsync" or "Load" or "LoadAsync" }
        && _types.IsBulkLoader(method.ContainingType)
            ? new DataMember(DataRole.SendsWrite)
            : null;
}
