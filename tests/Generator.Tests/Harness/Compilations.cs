using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>Compilations as users have them: nullable on, warnings counted, against the framework of this test run and the real runtime.</summary>
internal static class Compilations
{
    /// <summary>The newest language that the host compiler knows: C# 12 on Roslyn 4.8.</summary>
    public const LanguageVersion Language = LanguageVersion.Latest;

    private static readonly ConcurrentDictionary<string, CSharpCompilation> WithoutSource = new(StringComparer.Ordinal);

    private static readonly Lazy<ImmutableArray<MetadataReference>> Framework = new(() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static p =>
                Path.GetFileName(p) is { } name
                && (
                    name.StartsWith("System.", StringComparison.Ordinal)
                    || name
                        is "netstandard.dll"
                            or "mscorlib.dll"
                            or "Microsoft.CSharp.dll"
                            or "Microsoft.Extensions.DependencyInjection.Abstractions.dll"
                            or "Microsoft.Extensions.DependencyInjection.dll"
                )
            )
            .Select(static p => (MetadataReference)MetadataReference.CreateFromFile(p))
            .ToImmutableArray()
    );

    public static ImmutableArray<MetadataReference> FrameworkReferences => Framework.Value;

    /// <summary>What projects compile against: without bodies, and without what only the implementation declares.</summary>
    public static IEnumerable<MetadataReference> FrameworkReferenceAssemblies =>
        Directory
            .GetFiles(Path.Combine(AppContext.BaseDirectory, "refs"), "*.dll")
            .Select(static p => (MetadataReference)MetadataReference.CreateFromFile(p));

    private static readonly Lazy<ImmutableArray<MetadataReference>> All = new(() => Framework.Value.Add(AnnotationApi.Reference));

    public static ImmutableArray<MetadataReference> AllReferences => All.Value;

    /// <summary>Everything that this test run could load: the framework, and the packages whose interfaces are tried.</summary>
    public static IEnumerable<MetadataReference> LibraryReferences =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static p =>
                Path.GetFileName(p) is { } name
                && !name.StartsWith("MonotonicReads", StringComparison.Ordinal)
                && !name.StartsWith("xunit", StringComparison.Ordinal)
                && !name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
            )
            .Select(static p => (MetadataReference)MetadataReference.CreateFromFile(p))
            .Append(AnnotationApi.Reference);

    public static CSharpParseOptions ParseOptions { get; } = new(Language, DocumentationMode.Diagnose);

    public static CSharpCompilation Of(params string[] sources) => Of("Shop", AllReferences, sources);

    public static CSharpCompilation Of(string assemblyName, IEnumerable<MetadataReference> references, params string[] sources) =>
        Of(assemblyName, references, Language, sources);

    public static CSharpCompilation Of(
        string assemblyName,
        IEnumerable<MetadataReference> references,
        LanguageVersion language,
        params string[] sources
    ) =>
        Bound(assemblyName, [.. references])
            .AddSyntaxTrees([
                .. sources.Select(
                    (s, i) => CSharpSyntaxTree.ParseText(s, ParseOptions.WithLanguageVersion(language), path: $"Source{i}.cs")
                ),
            ]);

    /// <summary>
    /// A compilation without source. What is added to it shares the symbols of its references, whose binding costs more than most tests.
    /// </summary>
    private static CSharpCompilation Bound(string assemblyName, ImmutableArray<MetadataReference> references)
    {
        // Two images in memory have the same name.
        return references.All(static r => r is PortableExecutableReference { FilePath: not null })
            ? WithoutSource.GetOrAdd(string.Join('|', references.Select(static r => r.Display).Prepend(assemblyName)), _ => Create())
            : Create();

        CSharpCompilation Create()
        {
            var compilation = CSharpCompilation.Create(
                assemblyName,
                references: references,
                options: new CSharpCompilationOptions(
                    OutputKind.DynamicallyLinkedLibrary,
                    allowUnsafe: true,
                    nullableContextOptions: NullableContextOptions.Enable,
                    warningLevel: 9999
                )
            );
            compilation.GetSpecialType(SpecialType.System_Object);
            return compilation;
        }
    }

    public static MetadataReference ToReference(this CSharpCompilation compilation) =>
        MetadataReference.CreateFromImage(compilation.ToImage());

    public static byte[] ToImage(this CSharpCompilation compilation)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return stream.ToArray();
    }
}
