using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>The real assembly that declares the annotations and the session.</summary>
internal static class AnnotationApi
{
    public static MetadataReference Reference { get; } = MetadataReference.CreateFromFile(typeof(ReadSession).Assembly.Location);
}
