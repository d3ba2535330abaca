using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Architecture.Tests.Sources;

/// <summary>The product's sources, parsed once and compiled once: every test asks the same trees.</summary>
internal static class Product
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly Lazy<ImmutableDictionary<string, CSharpCompilation>> Compilations = new(CompileAll);

    private static readonly ImmutableArray<MetadataReference> Platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    public static ImmutableDictionary<string, ImmutableArray<SourceFile>> Files { get; } =
        AllowedUses.Assemblies.ToImmutableDictionary(a => a.Name, a => a.Files().ToImmutableArray());

    /// <summary>Each file once, also one that several assemblies compile.</summary>
    public static ImmutableArray<SourceFile> AllFiles { get; } =
    [.. Files.Values.SelectMany(f => f).DistinctBy(f => f.Path).OrderBy(f => f.Path, StringComparer.Ordinal)];

    public static CSharpCompilation Compile(string assembly) => Compilations.Value[assembly];

    public static CSharpCompilation Compile(
        string name,
        IEnumerable<SourceFile> files,
        IEnumerable<string> friends,
        params CompilationReference[] below
    )
    {
        var extra =
            ImplicitUsings + string.Concat(friends.Select(f => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{f}\")]"));
        return CSharpCompilation.Create(
            name,
            files.Select(f => f.Tree).Append(SourceFile.Parse("implicit/implicit.cs", "implicit", extra).Tree),
            [.. Platform, .. below],
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true)
        );
    }

    private static ImmutableDictionary<string, CSharpCompilation> CompileAll()
    {
        var compiled = ImmutableDictionary<string, CSharpCompilation>.Empty;
        foreach (var assembly in AllowedUses.Assemblies)
        {
            var below = assembly.References.Select(name => (CompilationReference)compiled[name].ToMetadataReference());
            compiled = compiled.Add(assembly.Name, Compile(assembly.Namespace, Files[assembly.Name], assembly.Friends(), [.. below]));
        }

        return compiled;
    }
}
