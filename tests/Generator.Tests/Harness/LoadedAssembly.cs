using System.Reflection;
using System.Runtime.Loader;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>An assembly that a test has compiled and runs; it can find its references until this is disposed.</summary>
/// <remarks>An assembly does not keep its context: one that nothing else holds is unloaded when memory is collected, and runs no more.</remarks>
internal sealed class LoadedAssembly : IDisposable
{
    private readonly Context _context;

    /// <param name="image">What is loaded, from where the stream stands.</param>
    /// <param name="files">Files to take a reference from, by its name, in place of the tests' own.</param>
    /// <param name="library">An assembly that the first refers to and that nobody else can find.</param>
    public LoadedAssembly(Stream image, IReadOnlyDictionary<string, string>? files = null, byte[]? library = null)
    {
        _context = new Context(files);
        if (library is not null)
        {
            _context.LoadFromStream(new MemoryStream(library));
        }

        Assembly = _context.LoadFromStream(image);
    }

    public Assembly Assembly { get; }

    public void Dispose() => _context.Unload();

    private sealed class Context(IReadOnlyDictionary<string, string>? files) : AssemblyLoadContext(null, isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name is { } name && files?.GetValueOrDefault(name) is { } path ? LoadFromAssemblyPath(path) : null;
    }
}
