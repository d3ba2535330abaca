using System.Xml.Linq;

namespace MonotonicReads.Architecture.Tests.Sources;

/// <summary>An assembly of the product: where its sources are, and what its table of allowed uses says.</summary>
/// <param name="Folder">From the repository's root.</param>
/// <param name="Namespace">That of the files that lie in no room.</param>
/// <param name="Uses">The table, see <see cref="Edges.RoomTable"/>.</param>
/// <param name="Below">The assemblies that it references, if any, separated by commas.</param>
/// <param name="PublicTypesAtTheRoot">Whether public types are in <paramref name="Namespace"/> whatever their folder.</param>
internal sealed record Assembly(string Folder, string Namespace, string Uses, string? Below = null, bool PublicTypesAtTheRoot = false)
{
    public const string SharedFolder = "src/Shared";

    /// <summary>What the rooms of <see cref="SharedFolder"/> are called in the assemblies that compile them.</summary>
    public const string SharedPrefix = "Shared/";

    public string Name => Folder[(Folder.LastIndexOf('/') + 1)..];

    /// <summary>Those of <see cref="Below"/>.</summary>
    public IEnumerable<string> References => Below?.Split(", ") ?? [];

    public string ProjectFile => Directory.GetFiles(Repository.FullPath(Folder), "*.csproj").Single();

    /// <summary>Its own files and those of the shared folder, if its project compiles that.</summary>
    public IEnumerable<SourceFile> Files() =>
        SourceFile.Below(Folder).Concat(CompilesShared() ? SourceFile.Below(SharedFolder, SharedPrefix) : []);

    /// <summary>Those whom the assembly shows its internals, as its project says.</summary>
    public IEnumerable<string> Friends() =>
        XDocument.Load(ProjectFile).Descendants("InternalsVisibleTo").Select(e => (string)e.Attribute("Include")!);

    private bool CompilesShared() =>
        XDocument
            .Load(ProjectFile)
            .Descendants("Compile")
            .Any(e => ((string?)e.Attribute("Include"))?.Replace('\\', '/').StartsWith("../Shared/", StringComparison.Ordinal) == true);
}
