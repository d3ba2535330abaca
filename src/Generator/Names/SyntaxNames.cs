using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Names;

/// <summary>The names in syntax nodes, for bodies that are looked at by themselves.</summary>
internal static class SyntaxNames
{
    /// <summary>The nodes of a body that may mention a member.</summary>
    public static IEnumerable<SyntaxNode> Mentions(SyntaxNode node) =>
        node.DescendantNodes(static n => n is not (AttributeListSyntax or ParameterListSyntax or TypeArgumentListSyntax));

    /// <summary>The declaration of a member of the index; null where the tree is not the one that was indexed.</summary>
    public static SyntaxNode? DeclarationOf(SyntaxTree tree, NamedMember member)
    {
        for (
            var node = tree.GetRoot().FindToken(member.Start).Parent;
            node is not null && node.SpanStart == member.Start;
            node = node.Parent
        )
        {
            if (node is BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax or VariableDeclaratorSyntax or FieldDeclarationSyntax)
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>The member that a node may run; null where it runs none.</summary>
    public static string? Mentioned(SyntaxNode node) =>
        node switch
        {
            ObjectCreationExpressionSyntax { Type: QualifiedNameSyntax { Right: var type } } => NameCode.ConstructorOf(
                type.Identifier.ValueText
            ),
            ObjectCreationExpressionSyntax { Type: SimpleNameSyntax type } => NameCode.ConstructorOf(type.Identifier.ValueText),
            SimpleNameSyntax name => name.Identifier.ValueText,
            _ => null,
        };

    /// <summary>True where a parameter of the body around is a query.</summary>
    public static bool TakesQuery(SyntaxNode body) =>
        body is BaseMethodDeclarationSyntax method && method.ParameterList.Parameters.Any(static p => QueryTypeNames.IsQueryType(p.Type));

    /// <summary>True where the body has a <c>foreach</c>.</summary>
    public static bool WalksQueries(SyntaxNode body) => body.DescendantNodes().Any(static n => n is CommonForEachStatementSyntax);

    /// <summary>The codes of the names that a body mentions.</summary>
    public static HashSet<ulong> In(SyntaxNode node)
    {
        var names = new HashSet<ulong>();
        foreach (var inner in Mentions(node))
        {
            if (Mentioned(inner) is { } name)
            {
                names.Add(NameCode.Of(name));
            }
        }

        return names;
    }

    /// <summary>The methods that carry an annotation, judged by how it is written.</summary>
    public static HashSet<string> AnnotatedIn(SyntaxNode root)
    {
        var annotated = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodes(static n => n is not (BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax)))
        {
            if (node is MethodDeclarationSyntax pinned && AnnotationSyntax.IsPinned(pinned))
            {
                annotated.Add(pinned.Identifier.ValueText);
            }
        }

        return annotated;
    }
}
