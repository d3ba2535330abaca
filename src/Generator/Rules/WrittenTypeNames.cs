using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>The names under which wrapped classes and their wrappers may be written: their own, and aliases.</summary>
internal sealed class WrittenTypeNames
{
    private readonly WrappedClasses _classes;
    private readonly HashSet<string> _aliasesOfClasses = new(StringComparer.Ordinal);
    private readonly List<(string Alias, string Target)> _aliases = [];

    public WrittenTypeNames(WrappedClasses classes, Compilation compilation)
    {
        _classes = classes;
        foreach (var tree in classes.IsEmpty ? [] : compilation.SyntaxTrees)
        {
            if (tree.GetRoot() is CompilationUnitSyntax root)
            {
                Add(root.Usings);
                foreach (var space in root.Members.OfType<BaseNamespaceDeclarationSyntax>())
                {
                    Add(space.Usings);
                }
            }
        }
    }

    /// <summary>A test before anything is bound: whether the name may be that of a wrapped class.</summary>
    public bool MayBe(TypeSyntax type) => SimpleName(type) is var name && (_classes.MayBe(name) || _aliasesOfClasses.Contains(name));

    /// <summary>Whether the wrapper may be meant.</summary>
    public bool MayBeWrapper(TypeSyntax type, WrappedClass wrapped) =>
        SimpleName(type) is var name && (name == wrapped.WrapperName || _aliases.Contains((name, wrapped.WrapperName)));

    /// <summary>The last part of a type's name without its type arguments; empty for what is no name.</summary>
    public static string SimpleName(TypeSyntax type) =>
        type switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
            AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            NullableTypeSyntax nullable => SimpleName(nullable.ElementType),
            _ => string.Empty,
        };

    private void Add(IEnumerable<UsingDirectiveSyntax> directives)
    {
        foreach (var directive in directives)
        {
            if (directive is { Alias.Name.Identifier.ValueText: var alias, NamespaceOrType: var target })
            {
                _aliases.Add((alias, SimpleName(target)));
                if (_classes.MayBe(SimpleName(target)))
                {
                    _aliasesOfClasses.Add(alias);
                }
            }
        }
    }
}
