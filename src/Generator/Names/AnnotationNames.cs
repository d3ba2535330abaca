using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The names without which a file says nothing of sessions: those of the annotations, however they are reached, and of the session in code.
/// </summary>
internal static class AnnotationNames
{
    private const string RuntimeAssembly = AnnotationCodes.RuntimeAssembly;

    /// <summary>
    /// True where an annotation is written in the compilation. "Primary" is a word of many; without our namespace it is none of ours.
    /// </summary>
    public static bool AreIn(Compilation compilation) => AreIn(compilation, static index => index.MayAnnotate);

    /// <summary>True where code in the compilation may begin a session itself.</summary>
    public static bool MayBeginSession(Compilation compilation) => AreIn(compilation, static index => index.MayBeginSession);

    /// <summary>
    /// True where an annotation may speak of a type of the compilation: it stands in it, or on what it inherits from another project that
    /// knows the annotations.
    /// </summary>
    public static bool MayConcern(Compilation compilation) =>
        AreIn(compilation)
        || compilation.SourceModule.ReferencedAssemblySymbols.Any(static assembly =>
            !IsOurs(assembly.Name) && assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static a => a.Name == RuntimeAssembly))
        );

    private static bool AreIn(Compilation compilation, Func<NameIndex, bool> test)
    {
        var (isNamed, isFound) = (false, false);
        foreach (var tree in compilation.SyntaxTrees)
        {
            var index = NameIndex.Of(tree);
            isNamed |= index.NamesOurs;
            isFound |= test(index);
            if (isNamed && isFound)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOurs(string assembly) =>
        assembly == RuntimeAssembly || assembly.StartsWith(RuntimeAssembly + ".AspNetCore", StringComparison.Ordinal);
}
