using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;

namespace MonotonicReads.Cli.Loading;

/// <summary>
/// Compilations as a build has them. A workspace hands a project the sources of those that it references, as an editor does; a build hands
/// it their reference assemblies, so that calls into them are not followed. What the tool tells has to be what the build tells.
/// </summary>
internal sealed class BuildReferences
{
    private readonly ConditionalWeakTable<Compilation, StrongBox<ImmutableArray<byte>>> _images = [];

    public Compilation AsBuilt(Compilation compilation, CancellationToken cancellation)
    {
        foreach (var reference in compilation.References.OfType<CompilationReference>().ToList())
        {
            var image = ImageOf(reference.Compilation, cancellation);
            if (!image.IsEmpty)
            {
                compilation = compilation.ReplaceReference(reference, MetadataReference.CreateFromImage(image, reference.Properties));
            }
        }

        return compilation;
    }

    /// <summary>Its reference assembly; empty where it does not compile so far, which is told by its own errors.</summary>
    private ImmutableArray<byte> ImageOf(Compilation compilation, CancellationToken cancellation)
    {
        if (_images.TryGetValue(compilation, out var known))
        {
            return known.Value;
        }

        using var stream = new MemoryStream();
        compilation.Emit(
            stream,
            options: new EmitOptions(metadataOnly: true, tolerateErrors: true, includePrivateMembers: false),
            cancellationToken: cancellation
        );
        var image = stream.ToArray().ToImmutableArray();
        _images.Add(compilation, new(image));
        return image;
    }
}
