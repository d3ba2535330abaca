using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Calls;

/// <summary>The names without which a file says nothing of sessions: those of the annotations, however they are reached, and of the session in code.</summary>
internal static class AnnotationNames
{
    private const string RuntimeAssembly = "MonotonicReads";

    private static readonly HashSet<ulong> Annotations =
        [.. new[] { "Monotonic", "Causal", "Primary", "Eventual" }.SelectMany(static name => new[] { name, name + "Attribute" }).Select(NameCode.Of)];

    private static readonly ulong Session = NameCode.Of("ReadSession");

    /// <summary>True where an annotation may be written in the file, or be given another name.</summary>
    public static bool MayStandIn(NameIndex index) => index.HasAnyOf(Annotations);

    /// <summary>True where the file may begin or resume a session.</summary>
    public static bool MayBeginSession(NameIndex index) => index.Has(Session);

    /// <summary>True where an annotation is written in the compilation.</summary>
    public static bool AreIn(Compilation compilation) => compilation.SyntaxTrees.Any(static tree => NameIndex.Of(tree).MayAnnotate);

    /// <summary>True where code in the compilation may begin a session itself.</summary>
    public static bool MayBeginSession(Compilation compilation) => compilation.SyntaxTrees.Any(static tree => NameIndex.Of(tree).MayBeginSession);

    /// <summary>True where an annotation may speak of a type of the compilation: it stands in it, or on what it inherits from another project that knows the annotations.</summary>
    public static bool MayConcern(Compilation compilation) =>
        AreIn(compilation) || compilation.SourceModule.ReferencedAssemblySymbols.Any(static assembly => !IsOurs(assembly.Name) && assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static a => a.Name == RuntimeAssembly)));

    private static bool IsOurs(string assembly) => assembly == RuntimeAssembly || assembly.StartsWith(RuntimeAssembly + ".AspNetCore", StringComparison.Ordinal);
}
