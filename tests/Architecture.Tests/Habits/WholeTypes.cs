using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>No type is partial, but one that a generator of regular expressions or log messages completes.</summary>
internal static class WholeTypes
{
    public const string Habit = "partial type";

    private static readonly string[] Generators = ["GeneratedRegex", "LoggerMessage"];

    public static IEnumerable<Finding> Partial(SourceFile file) =>
        file
            .Root.DescendantNodes()
            .OfType<TypeDeclarationSyntax>()
            .Where(t => t.Modifiers.Any(SyntaxKind.PartialKeyword) && !IsCompletedByAGenerator(t))
            .Select(t => new Finding(Habit, file.Path, 1, $"{t.Identifier.Text} is partial"));

    private static bool IsCompletedByAGenerator(TypeDeclarationSyntax type) =>
        type.DescendantNodes()
            .OfType<AttributeSyntax>()
            .Any(a =>
                Generators.Contains(a.Name.ToString())
                && a.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } member
                && member.Modifiers.Any(SyntaxKind.PartialKeyword)
            );
}
