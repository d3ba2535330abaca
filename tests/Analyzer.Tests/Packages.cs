using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Analyzer.Tests;

/// <summary>Assemblies of restored packages, several versions side by side: compiled against, never loaded.</summary>
internal static class Packages
{
    private static readonly string[] Frameworks =
    [
        "net10.0",
        "net9.0",
        "net8.0",
        "netstandard2.1",
        "netstandard2.0",
        "netcoreapp3.1",
        "net6.0",
        "net45",
    ];

    private static readonly string Root = typeof(Packages)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "PackageRoot")
        .Value!;

    private static readonly ConcurrentDictionary<string, ImmutableArray<MetadataReference>> Known = new(StringComparer.Ordinal);

    /// <summary>The framework's own references, those of <see cref="ReadRules"/> without what a package here stands in for.</summary>
    public static ImmutableArray<MetadataReference> With(params (string Name, string Version)[] packages) =>
        Known.GetOrAdd(
            string.Join('|', packages),
            _ =>
            {
                var paths = packages.Select(p => PathOf(p.Name, p.Version)).ToList();
                var replaced = paths.Select(Path.GetFileName).ToHashSet(StringComparer.OrdinalIgnoreCase);
                return
                [
                    .. ReadRules.References.Where(r => !replaced.Contains(Path.GetFileName(r.Display))),
                    .. paths.Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)),
                ];
            }
        );

    /// <summary>The framework for the web and a package.</summary>
    public static ImmutableArray<MetadataReference> OnTheWeb(params (string Name, string Version)[] packages) =>
        [
            .. ReadRules.References,
            .. AspNetCore.Framework,
            .. packages.Select(p => (MetadataReference)MetadataReference.CreateFromFile(PathOf(p.Name, p.Version))),
        ];

    public static ImmutableArray<MetadataReference> EntityFramework(string version) =>
        With(
            ("Microsoft.EntityFrameworkCore", version),
            ("Microsoft.EntityFrameworkCore.Abstractions", version),
            ("Microsoft.EntityFrameworkCore.Relational", version)
        );

    /// <summary>The C# files that a package brings to be compiled with the project that references it.</summary>
    public static IEnumerable<string> Sources(string name, string version, string folder)
    {
        var root = Path.Combine(Root, name.ToLowerInvariant(), version, folder);
        return Directory.Exists(root)
            ? Directory
                .GetFiles(root, "*", SearchOption.AllDirectories)
                .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".cs.pp", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : throw new DirectoryNotFoundException($"{root}: restore the project");
    }

    public static string PathOf(string name, string version)
    {
        var library = Path.Combine(Root, name.ToLowerInvariant(), version, "lib");
        var folder =
            Frameworks.Select(f => Path.Combine(library, f)).FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException($"{library}: restore the project");
        var files = Directory.GetFiles(folder, "*.dll");
        return files is [var only]
            ? only
            : files.Single(file => string.Equals(Path.GetFileNameWithoutExtension(file), name, StringComparison.OrdinalIgnoreCase));
    }
}
