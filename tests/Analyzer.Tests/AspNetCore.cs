using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.AspNetCore;

namespace MonotonicReads.Analyzer.Tests;

/// <summary>What a web application references besides.</summary>
internal static class AspNetCore
{
    /// <summary>The shared framework.</summary>
    public static readonly ImmutableArray<MetadataReference> Framework =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static path =>
                Path.GetFileName(path) is var name
                && (
                    name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                    || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                )
            )
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The framework, with the package that gives requests their sessions.</summary>
    public static readonly ImmutableArray<MetadataReference> WithPackage =
    [
        .. Framework,
        MetadataReference.CreateFromFile(typeof(ReadSessionExtensions).Assembly.Location),
    ];
}
