using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Architecture.Tests.Sources;

/// <summary>A file as the rules see it: where it is, which room that is, and what stands in it.</summary>
/// <param name="Path">From the repository's root, with slashes.</param>
/// <param name="Room">The folder below its assembly's; "(root)" for the assembly's own.</param>
internal sealed record SourceFile(string Path, string Room, SyntaxTree Tree)
{
    public const string RootRoom = "(root)";

    private static readonly CSharpParseOptions Options = new(
        LanguageVersion.Latest,
        DocumentationMode.None,
        preprocessorSymbols: ["NET", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER"]
    );

    public SyntaxNode Root => Tree.GetRoot();

    /// <param name="path">From the repository's root.</param>
    /// <param name="folder">That of the assembly, from the repository's root.</param>
    /// <param name="prefix">What stands in front of the folder in the room's name; empty for the assembly's own.</param>
    public static SourceFile Parse(string path, string folder, string text, string prefix = "")
    {
        var below = path[(folder.Length + 1)..];
        var slash = below.LastIndexOf('/');
        return new(path, prefix + (slash < 0 ? RootRoom : below[..slash]), CSharpSyntaxTree.ParseText(text, Options, path));
    }

    /// <summary>The files of a folder and of those in it, without what the build puts there.</summary>
    public static IEnumerable<SourceFile> Below(string folder, string prefix = "")
    {
        var full = Repository.FullPath(folder);
        if (!Directory.Exists(full))
        {
            return [];
        }

        return Directory
            .EnumerateFiles(full, "*.cs", SearchOption.AllDirectories)
            .Select(f => System.IO.Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => Parse(f, folder, File.ReadAllText(Repository.FullPath(f)), prefix));
    }
}
