using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>A file has the name of its first type, and its types the namespace of its folder.</summary>
internal static class PlainPlaces
{
    public const string Name = "file is named like its first type";
    public const string Namespace = "namespace is the folder";

    public static IEnumerable<Finding> OtherName(SourceFile file)
    {
        var name = Path.GetFileNameWithoutExtension(file.Path);
        if (Types(file).FirstOrDefault() is { } first && NameOf(first) != name)
        {
            yield return new(Name, file.Path, 1, $"its first type is {NameOf(first)}");
        }
    }

    public static IEnumerable<Finding> OtherNamespace(SourceFile file, Assembly assembly)
    {
        var shared = file.Room.StartsWith(Assembly.SharedPrefix, StringComparison.Ordinal);
        var room = shared ? file.Room[Assembly.SharedPrefix.Length..] : file.Room;
        var root = shared ? AllowedUses.SharedNamespace : assembly.Namespace;
        var below = room == SourceFile.RootRoom ? root : root + "." + room.Replace('/', '.');
        foreach (var type in Types(file))
        {
            var expected = assembly.PublicTypesAtTheRoot && type.Modifiers.Any(SyntaxKind.PublicKeyword) ? root : below;
            var actual = string.Join(
                '.',
                type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Reverse().Select(n => n.Name.ToString())
            );
            if (actual != expected)
            {
                yield return new(Namespace, file.Path, 1, $"{NameOf(type)} is in {actual}, not in {expected}");
            }
        }
    }

    private static IEnumerable<MemberDeclarationSyntax> Types(SourceFile file) =>
        file
            .Root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax @delegate ? @delegate.Identifier.Text : ((BaseTypeDeclarationSyntax)type).Identifier.Text;
}
