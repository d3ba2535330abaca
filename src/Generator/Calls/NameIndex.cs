using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The members of one file that have a body, each with the names that stand in it. A pure function of the syntax tree and kept with it,
/// so that an edit reads one file again and not the project.
/// </summary>
internal sealed class NameIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, NameIndex> ByTree = new();

    private NameIndex(SyntaxNode root)
    {
        var members = new List<Member>();
        foreach (var node in root.DescendantNodes(static n => n is not (BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax)))
        {
            switch (node)
            {
                case BaseMethodDeclarationSyntax method when ((SyntaxNode?)method.Body ?? method.ExpressionBody) is not null:
                    members.Add(new Member(NameOf(method), NamesIn(method)));
                    break;
                case PropertyDeclarationSyntax property when HasBody(property):
                    members.Add(new Member(property.Identifier.ValueText, NamesIn(property)));
                    break;
            }
        }

        Members = members;
    }

    /// <param name="Name">The declared name; a constructor's is <see cref="ConstructorOf"/> its type.</param>
    /// <param name="Mentions">Each name in the body once.</param>
    public sealed record Member(string Name, IReadOnlyCollection<string> Mentions);

    public IReadOnlyList<Member> Members { get; }

    public static NameIndex Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new NameIndex(t.GetRoot()));

    /// <summary>A constructor's name: a type is mentioned wherever it is used, but constructed only here and there.</summary>
    public static string ConstructorOf(string type) => "new " + type;

    /// <summary>The names that may be a call, a creation or a property in a piece of source.</summary>
    public static HashSet<string> NamesIn(SyntaxNode node)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var inner in node.DescendantNodes(static n => n is not (AttributeListSyntax or ParameterListSyntax or TypeArgumentListSyntax)))
        {
            if (Mentioned(inner) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>The member that a node may run; null where it runs none.</summary>
    public static string? Mentioned(SyntaxNode node) => node switch
    {
        ObjectCreationExpressionSyntax { Type: QualifiedNameSyntax { Right: var type } } => ConstructorOf(type.Identifier.ValueText),
        ObjectCreationExpressionSyntax { Type: SimpleNameSyntax type } => ConstructorOf(type.Identifier.ValueText),
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };

    private static bool HasBody(PropertyDeclarationSyntax property) =>
        property.ExpressionBody is not null || (property.AccessorList is { } accessors && accessors.Accessors.Any(static a => a.Body is not null || a.ExpressionBody is not null));

    private static string NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax ordinary => ordinary.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => ConstructorOf(constructor.Identifier.ValueText),
        _ => string.Empty,
    };
}
